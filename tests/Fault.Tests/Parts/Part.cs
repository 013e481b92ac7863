using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Aspire.Hosting.Processes;

namespace CloudNative.Fault.Tests.Parts;

/// <summary>One process of the system: a test starts it, kills it, stops it, lets it go on, asks it to end.</summary>
internal sealed class Part(
    string name, IProcessStarter processes, Func<CancellationToken, Task<ProcessSpec>> specify, Func<CancellationToken, Task> ready) : IAsyncDisposable
{
    private const int KeptLines = 4_000;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _lines = new();
    private Channel<string> _answers = Channel.CreateUnbounded<string>();
    private LocalProcess? _process;

    public string Name => name;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it said last, of all its starts.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Starts it and waits until it can be used.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsRunning)
            return;

        _answers = Channel.CreateUnbounded<string>();
        _process = await processes.StartAsync(await specify(cancellationToken), Keep);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartDeadline);
        var becomesReady = ready(deadline.Token);
        if (await Task.WhenAny(becomesReady, _process.Exit) != becomesReady)
            throw new InvalidOperationException($"{name} ended at its start with exit code {await _process.Exit}: {string.Join('\n', _lines.TakeLast(30))}");
        await becomesReady;
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => EndAsync(StopSignal.Kill, StartDeadline, cancellationToken);

    /// <summary>Sends the signal and tells the exit code; fails when it is still there after the grace.</summary>
    public async Task<int> EndAsync(StopSignal signal, TimeSpan grace, CancellationToken cancellationToken)
    {
        var process = _process ?? throw new InvalidOperationException($"{name} was not started.");
        Signals.TrySend(process.Id, signal);
        try
        {
            return await process.Exit.WaitAsync(grace, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{name} did not end within {grace.TotalSeconds} s of {signal}: {string.Join('\n', _lines.TakeLast(30))}", e);
        }
    }

    /// <summary>SIGSTOP: it keeps its connections and all it believes, and does nothing.</summary>
    public Task FreezeAsync(CancellationToken cancellationToken) => SignalAsync("-STOP", cancellationToken);

    /// <summary>SIGCONT.</summary>
    public Task ThawAsync(CancellationToken cancellationToken) => SignalAsync("-CONT", cancellationToken);

    /// <summary>Writes a line to its standard input and waits for <c>ok</c>.</summary>
    public async Task SayAsync(string command, CancellationToken cancellationToken)
    {
        await _process!.WriteLineAsync(command, cancellationToken);
        var answer = await _answers.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(AnswerDeadline, cancellationToken);
        Assert.True(answer == "ok", $"{name} answered '{command}' with '{answer}'");
    }

    /// <summary>The exit code once it has ended by itself.</summary>
    public Task<int> ExitAsync(TimeSpan patience, CancellationToken cancellationToken) => _process!.Exit.WaitAsync(patience, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }

    private void Keep(ProcessOutput output)
    {
        _lines.Enqueue(output.Line);
        if (_lines.Count > KeptLines)
            _lines.TryDequeue(out _);
        if (output.Line == "ok" || output.Line.StartsWith("error:", StringComparison.Ordinal))
            _answers.Writer.TryWrite(output.Line);
    }

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString()]);
        await kill.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }
}
