using Aspire.Hosting.Processes;

namespace CloudNative.Hosting.Tests.Processes;

/// <summary>Starts what a test itself waits for and ends; no watchdog.</summary>
internal sealed class TestProcesses : IProcessStarter
{
    public static TestProcesses Instance { get; } = new();

    public Task<LocalProcess> StartAsync(ProcessSpec spec, Action<ProcessOutput> onOutput) => Task.FromResult(LocalProcess.Start(spec, onOutput));
}
