using System.Diagnostics;

namespace Aspire.Hosting.Processes.Watchdog;

/// <summary>Ends the processes of a run: asks, asks PostgreSQL again in the way that doesn't wait for its clients, then forces.</summary>
internal sealed class RunEnd(IRunProcesses processes)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AfterTerminate = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan AfterInterrupt = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(5);

    public async Task EndAllAsync()
    {
        _ = await AskAsync(StopSignal.Terminate, AfterTerminate)
            || await AskAsync(StopSignal.Interrupt, AfterInterrupt)
            || await WaitAsync(KillAll, AfterKill);
    }

    private async Task<bool> AskAsync(StopSignal signal, TimeSpan patience)
    {
        foreach (var process in processes.Alive().Where(process => process.IsTop))
            Signals.TrySend(process.Id, signal);
        return !OperatingSystem.IsWindows() && await WaitAsync(alive => { }, patience);
    }

    // Each time round there may be new ones, started by those that were not gone yet.
    private void KillAll(IReadOnlyCollection<RunProcess> alive)
    {
        foreach (var process in alive)
            processes.Kill(process.Id);
    }

    private async Task<bool> WaitAsync(Action<IReadOnlyCollection<RunProcess>> whileAlive, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        while (processes.Alive() is { Count: > 0 } alive)
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
                return false;
            whileAlive(alive);
            await Task.Delay(Interval, CancellationToken.None);
        }

        return true;
    }
}
