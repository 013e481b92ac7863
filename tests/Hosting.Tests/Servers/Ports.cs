using Aspire.Hosting.Orchestration;

namespace CloudNative.Hosting.Tests.Servers;

/// <summary>Ports that nobody gets until the tests end, an outgoing connection included.</summary>
internal static class Ports
{
    private static readonly FreePorts Claimed = new();

    public static int Free() => Claimed.Next();
}
