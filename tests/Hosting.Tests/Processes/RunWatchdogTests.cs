using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Processes.Watchdog;
using Aspire.Hosting.Servers.Postgres;
using CloudNative.Hosting.Tests.Servers;

namespace CloudNative.Hosting.Tests.Processes;

public sealed class RunWatchdogTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly string _runId = Guid.NewGuid().ToString("N");
    private readonly string _folder = Directory.CreateTempSubdirectory("hosting-tests-").FullName;
    private readonly List<LocalProcess> _started = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "These tests look at /proc.");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
            await process.DisposeAsync();
    }

    [Fact]
    public async Task DisposeAsync_ProcessesLeft_EndsThemAndWhatTheyStarted()
    {
        await using var watchdog = RunWatchdog.Start(_runId, _folder, Ignore);
        var parent = await StartAsync(watchdog, "echo parent $$; sleep 600 & echo child $!; wait", "parent", "child");
        var stubborn = await StartAsync(watchdog, "trap '' TERM INT; echo stubborn $$; while :; do sleep 600; done", "stubborn");

        await watchdog.DisposeAsync();

        await Gone(parent["parent"], parent["child"], stubborn["stubborn"]);
        Assert.False(Directory.Exists(_folder), "The run's folder is still there.");
    }

    [Fact]
    public async Task DisposeAsync_PostgresLeft_ShutsItDownCleanly()
    {
        await using var watchdog = RunWatchdog.Start(_runId, Path.Combine(_folder, "run"), Ignore);
        var volume = Path.Combine(_folder, "volume");
        var options = new PostgresOptions(Path.Combine(_folder, "run"), Ports.Free(), "postgres", "secret") { DataFolder = volume };
        var server = new PostgresServer(options, PostgresLocator.Default, TestProcesses.Instance);
        var process = Keep(LocalProcess.Start(watchdog.Mark(await server.PrepareAsync(Token)), Ignore));
        await server.ReadyAsync(Token);

        await watchdog.DisposeAsync();

        Assert.Equal(0, await process.Exit.WaitAsync(Deadline, Token));
        Assert.False(File.Exists(Path.Combine(volume, "postmaster.pid")));
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task DisposeAsync_ProcessOfAnotherRun_IsLeftAlone()
    {
        await using var watchdog = RunWatchdog.Start(_runId, _folder, Ignore);
        await using var other = RunWatchdog.Start($"{_runId}-other", $"{_folder}-other", Ignore);
        var process = await StartAsync(other, "echo process $$; sleep 600", "process");

        await watchdog.DisposeAsync();

        Assert.True(IsAlive(process["process"]));
    }

    // A build during a run overwrites the program in place, and that ends whoever runs it.
    [Fact]
    public async Task Start_Always_RunsACopyOfTheProgram()
    {
        await using var watchdog = RunWatchdog.Start(_runId, _folder, Ignore);

        var copy = Path.Combine(_folder, "watchdog", "Hosting.dll");
        await Until(() => File.ReadAllText($"/proc/{watchdog.ProcessId}/cmdline").Contains(copy), "It runs another file");
    }

    // The holder of the pipe stands for the AppHost: a killed process has no last word, its pipe just ends.
    [Fact]
    public async Task Run_SignalsToAllAndThenTheHolderKilled_EndsTheRunAndThenItself()
    {
        var spec = EngineProgram.Spec(WatchdogProgram.Verb, _runId, _folder);
        var command = string.Join(' ', spec.Arguments.Prepend(spec.FileName));
        var pipeline = await StartAsync(
            new ProcessSpec("sh", ["-c", $"sh -c 'echo holder $$ >&2; exec sleep 600' | {command}"]), "holder", "watchdog");
        var marked = new Dictionary<string, string?> { [RunWatchdog.RunVariable] = _runId };
        var process = await StartAsync(new ProcessSpec("sh", ["-c", "echo process $$; exec sleep 600"]) { Environment = marked }, "process");

        // As after a Ctrl+C that reaches every process of the terminal.
        await Survives(pipeline["watchdog"], StopSignal.Interrupt, StopSignal.Terminate);
        Assert.True(IsAlive(process["process"]));
        Signals.TrySend(pipeline["holder"], StopSignal.Kill);

        await Gone(process["process"], pipeline["watchdog"]);
        Assert.False(Directory.Exists(_folder), "The run's folder is still there.");
    }

    private static void Ignore(ProcessOutput output)
    {
    }

    private LocalProcess Keep(LocalProcess process)
    {
        _started.Add(process);
        return process;
    }

    private Task<Dictionary<string, int>> StartAsync(RunWatchdog watchdog, string script, params string[] names) =>
        StartAsync(watchdog.Mark(new ProcessSpec("sh", ["-c", script])), names);

    /// <returns>The process ids that the script writes, each after its name.</returns>
    private async Task<Dictionary<string, int>> StartAsync(ProcessSpec spec, params string[] names)
    {
        var lines = Channel.CreateUnbounded<string>();
        Keep(LocalProcess.Start(spec, output => lines.Writer.TryWrite(output.Line)));
        var ids = new Dictionary<string, int>();
        while (!names.All(ids.ContainsKey))
        {
            var line = await lines.Reader.ReadAsync(Token).AsTask().WaitAsync(Deadline, Token);
            if (line.Split(' ') is [var name, var id] && int.TryParse(id, out var processId))
                ids[name] = processId;
        }

        return ids;
    }

    private static async Task Survives(int id, params StopSignal[] signals)
    {
        foreach (var signal in signals)
            Assert.True(Signals.TrySend(id, signal));
        await Until(() => PendingSignals(id) == 0, $"{id} doesn't take its signals");
        Assert.True(IsAlive(id));
    }

    private static Task Gone(params int[] ids) => Until(() => !ids.Any(IsAlive), $"One of {string.Join(", ", ids)} is still there");

    private static async Task Until(Func<bool> condition, string otherwise)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < Deadline, otherwise);
            await Task.Delay(20, Token);
        }
    }

    private static ulong PendingSignals(int id)
    {
        const string name = "ShdPnd:";
        var line = File.ReadLines($"/proc/{id}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(name.Length).Trim(), NumberStyles.HexNumber);
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
