using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Orchestration;

/// <summary>How this run of the application differs from another one.</summary>
internal sealed record LocalRunOptions(string AppHostDirectory)
{
    /// <summary>The key is Aspire's: <c>-- --DcpPublisher:RandomizePorts=true</c> lets a second run stand beside the first.</summary>
    public const string RandomizePortsKey = "DcpPublisher:RandomizePorts";

    /// <summary>Whether every endpoint gets a free port instead of the one it asks for.</summary>
    public bool RandomizesPorts { get; init; }

    /// <summary>Whether someone is there who can repair a failed resource, so that others go on waiting for it.</summary>
    public bool IsAttended { get; init; } = true;

    public static LocalRunOptions From(DistributedApplicationBuilder builder) => new(builder.AppHostDirectory)
    {
        RandomizesPorts = builder.Configuration.GetValue<bool>(RandomizePortsKey),
        IsAttended = !IsQuiet(builder),
    };

    /// <summary>A test's run writes nothing to the console.</summary>
    public static bool IsQuiet(DistributedApplicationBuilder builder) =>
        builder.Configuration.GetValue<bool>(EntryPointCapture.QuietKey);
}
