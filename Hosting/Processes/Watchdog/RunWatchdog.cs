namespace Aspire.Hosting.Processes.Watchdog;

/// <summary>
/// A process that outlives the AppHost by a moment: when the AppHost is gone, however it ended, it ends every process of the run and
/// deletes the run's temporary folder. It knows that from the end of its standard input, which only the AppHost holds.
/// </summary>
internal sealed class RunWatchdog : IDisposable, IAsyncDisposable
{
    /// <summary>Marks every process of a run, and what those start, with the run's id.</summary>
    public const string RunVariable = "CLOUDNATIVE_RUN";

    // Ends what is left and deletes the folder; with everything stopped before, that is a matter of milliseconds.
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);

    private readonly string _runId;
    private readonly LocalProcess _process;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private bool _ended;

    private RunWatchdog(string runId, LocalProcess process)
    {
        _runId = runId;
        _process = process;
    }

    public int ProcessId => _process.Id;

    /// <param name="runId">Unique among all runs on this machine.</param>
    /// <param name="temporaryFolder">Deleted when the run is over.</param>
    /// <param name="onOutput">Gets what could not be ended or deleted.</param>
    public static RunWatchdog Start(string runId, string temporaryFolder, Action<ProcessOutput> onOutput)
    {
        var spec = EngineProgram.SpecOfCopy(Path.Combine(temporaryFolder, "watchdog"), WatchdogProgram.Verb, runId, temporaryFolder);
        var unmarked = new Dictionary<string, string?>(spec.Environment) { [RunVariable] = null };
        return new RunWatchdog(runId, LocalProcess.Start(spec with { Environment = unmarked, KeepInputOpen = true }, onOutput));
    }

    /// <summary>The spec of a process that belongs to the run.</summary>
    public ProcessSpec Mark(ProcessSpec spec) =>
        spec with { Environment = new Dictionary<string, string?>(spec.Environment) { [RunVariable] = _runId } };

    /// <summary>Makes a started process known; needed where a process's environment can't be read (everywhere but on Linux).</summary>
    public async Task TrackAsync(LocalProcess process, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _process.WriteLineAsync(process.Id.ToString(), cancellationToken);
        }
        catch (IOException)
        {
            // Someone ended the watchdog: the run goes on without it.
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The run is over: the watchdog ends what is left of it, and nobody waits for that.</summary>
    public void Dispose() => TryEnd();

    /// <summary>The run is over: what is left of it goes now.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!TryEnd())
            return;

        // Something resists: the watchdog goes on without this process.
        if (await Task.WhenAny(_process.Exit, Task.Delay(EndTimeout, CancellationToken.None)) == _process.Exit)
            await _process.DisposeAsync();
    }

    private bool TryEnd()
    {
        if (Interlocked.Exchange(ref _ended, true))
            return false;

        _process.CloseInput();
        _writing.Dispose();
        return true;
    }
}
