using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>A running local process: its lines go to a callback, its end is a task, and it can be stopped for certain.</summary>
internal sealed class LocalProcess : IAsyncDisposable
{
    // A grandchild can keep the pipes open after its parent's end: lines that are not here by then are not waited for.
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly StopSignal _stopSignal;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LocalProcess(Process process, StopSignal stopSignal)
    {
        _process = process;
        _stopSignal = stopSignal;
    }

    public int Id { get; private set; }

    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>Completes with the exit code (128 + signal when a signal ended it) once the process is gone and its lines are delivered.</summary>
    public Task<int> Exit { get; private set; } = Task.FromResult(0);

    public bool HasExited => _exited.Task.IsCompleted;

    /// <exception cref="ProcessStartException">The file is not there or can't be run.</exception>
    public static LocalProcess Start(ProcessSpec spec, Action<ProcessOutput> onOutput)
    {
        var process = new Process { StartInfo = CreateStartInfo(spec), EnableRaisingEvents = true };
        var local = new LocalProcess(process, spec.StopSignal);
        process.Exited += (_, _) => local._exited.TrySetResult();
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or DirectoryNotFoundException or FileNotFoundException)
        {
            process.Dispose();
            throw new ProcessStartException(spec, e);
        }

        local.Id = process.Id;
        if (spec.IsSecondary)
            _ = LowPriority.GiveAsync(process);
        local.StartedAt = TimeProvider.System.GetUtcNow();
        var output = Task.WhenAll(
            PumpAsync(process.StandardOutput, line => onOutput(new ProcessOutput(line, IsError: false))),
            PumpAsync(process.StandardError, line => onOutput(new ProcessOutput(line, IsError: true))));
        local.Exit = local.WaitForExitAsync(output);
        local.FeedInput(spec);
        return local;
    }

    public async Task WriteLineAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
    }

    /// <summary>Ends the standard input that <see cref="ProcessSpec.KeepInputOpen"/> left open.</summary>
    public void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process is gone, and with it the reader of what was still to be written.
        }
    }

    /// <summary>Asks the process to end, and ends it and its descendants by force when it is still there after <paramref name="timeout"/>.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!HasExited && Signals.TrySend(Id, _stopSignal))
            await Task.WhenAny(_exited.Task, Task.Delay(timeout, cancellationToken));
        Kill();
        return await Exit.WaitAsync(CancellationToken.None);
    }

    /// <summary>Ends the process and its descendants at once.</summary>
    public void Kill()
    {
        try
        {
            if (!HasExited)
                _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // Gone in the meantime, or a descendant of another user: the watchdog ends what is left of the run.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exit.WaitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static ProcessStartInfo CreateStartInfo(ProcessSpec spec)
    {
        var (fileName, leading) = NewSession.Wrap(spec.FileName);
        var info = new ProcessStartInfo(fileName)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = spec.WorkingDirectory ?? "",
            UserName = spec.UserName ?? "",
        };
        foreach (var argument in leading.Concat(spec.Arguments))
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in spec.Environment)
            info.Environment[name] = value;
        return info;
    }

    private static async Task PumpAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            onLine(line);
    }

    private void FeedInput(ProcessSpec spec)
    {
        try
        {
            if (spec.Input is not null)
                _process.StandardInput.Write(spec.Input);
            if (spec.KeepInputOpen)
                _process.StandardInput.Flush();
            else
                _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read its input; its exit code says why.
        }
    }

    private async Task<int> WaitForExitAsync(Task output)
    {
        await _exited.Task;
        await Task.WhenAny(output, Task.Delay(DrainTimeout, CancellationToken.None));
        return _process.ExitCode;
    }
}
