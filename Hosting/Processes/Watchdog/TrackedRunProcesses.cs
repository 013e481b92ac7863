using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Processes.Watchdog;

/// <summary>The processes that the AppHost told about, where another process's environment can't be read (macOS, Windows).</summary>
internal sealed class TrackedRunProcesses : IRunProcesses
{
    private readonly Dictionary<int, Process> _tracked = [];

    /// <inheritdoc/>
    public void Track(int processId)
    {
        try
        {
            var process = Process.GetProcessById(processId);
            // Opens the process: from here on its id can't be mistaken for another one's.
            _ = process.HasExited;
            _tracked[processId] = process;
        }
        catch (Exception e) when (e is ArgumentException or Win32Exception or InvalidOperationException)
        {
            // It is gone already.
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<RunProcess> Alive() =>
        [.. _tracked.Where(tracked => !tracked.Value.HasExited).Select(tracked => new RunProcess(tracked.Key, IsTop: true))];

    /// <inheritdoc/>
    public void Kill(int processId)
    {
        try
        {
            _tracked[processId].Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or AggregateException)
        {
            // It ended in the meantime, or some of its children did.
        }
    }
}
