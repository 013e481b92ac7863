using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace CloudNative.Hosting.Tests;

/// <summary>Small processes for tests of what happens around processes.</summary>
internal static class Shell
{
    public const string Forever = "exec sleep 600";

    public static IResourceBuilder<ExecutableResource> AddShell(this IDistributedApplicationBuilder builder, string name, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It needs a POSIX shell.");
        return builder.AddExecutable(name, "sh", ".", "-c", script);
    }
}
