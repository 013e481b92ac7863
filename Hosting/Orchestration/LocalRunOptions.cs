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

    /// <summary>Whether states and log lines are written to the console.</summary>
    public bool WritesToConsole { get; init; } = true;

    /// <summary>Whether someone is there who can repair a failed resource, so that others go on waiting for it.</summary>
    public bool IsAttended { get; init; } = true;

    public static LocalRunOptions From(DistributedApplicationBuilder builder) => new(builder.AppHostDirectory)
    {
        RandomizesPorts = builder.Configuration.GetValue<bool>(RandomizePortsKey),
        WritesToConsole = !IsQuiet(builder),
        IsAttended = EntryPointCapture.Current is null && !IsQuiet(builder),
    };

    public static bool IsQuiet(DistributedApplicationBuilder builder) =>
        builder.Configuration.GetValue<bool>(EntryPointCapture.QuietKey);
}
