using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudNative.Hosting.Tests.Orchestration;

/// <summary>What ends, when, and what is said of it.</summary>
public sealed class StopTests : IAsyncDisposable
{
    private const string Obedient = "trap 'echo stopped >> \"$FILE\"; exit 0' TERM; touch \"$READY\"; while true; do sleep 0.05; done";
    private const string Stubborn = "trap '' TERM; while true; do sleep 0.05; done";

    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create();
    private readonly string _folder = Directory.CreateTempSubdirectory("stops-").FullName;
    private readonly string _file;
    private DistributedApplication? _application;

    public StopTests() => _file = Path.Combine(_folder, "file");

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
            await _application.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Stop_Application_EndsThoseFirstThatWaitForOthers()
    {
        var first = Recorded("first");
        var second = Recorded("second").WaitFor(first);
        Recorded("third").WaitFor(second);
        await StartAsync("third");
        await _application!.StopAsync(Token);
        Assert.Equal("third second first", string.Join(" ", await File.ReadAllLinesAsync(_file, Token)));
    }

    [Fact]
    public async Task Stop_ProcessThatRefuses_IsForcedInTime()
    {
        _builder.AddShell("stubborn", Stubborn);
        await StartAsync("stubborn");
        var started = Stopwatch.GetTimestamp();
        await _application!.StopAsync(Token);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), $"It took {Stopwatch.GetElapsedTime(started)}.");
    }

    [Fact]
    public async Task Commands_StopStartRestart_ChangeTheProcess()
    {
        _builder.AddShell("worker", Shell.Forever);
        var notifications = await StartAsync("worker");
        var before = await ProcessIdAsync();
        Assert.True((await ExecuteAsync(KnownResourceCommands.RestartCommand)).Success);
        await notifications.WaitForResourceAsync("worker", e => e.Snapshot.HealthStatus is not null && ProcessId(e) != before, Token);
        Assert.True((await ExecuteAsync(KnownResourceCommands.StopCommand)).Success);
        var stopped = await notifications.WaitForResourceAsync("worker", e => e.Snapshot.State?.Text == KnownResourceStates.Exited, Token);
        Assert.Equal(
            [("start", ResourceCommandState.Enabled), ("stop", ResourceCommandState.Hidden), ("restart", ResourceCommandState.Disabled)],
            stopped.Snapshot.Commands.Select(c => (c.Name, c.State)));
        Assert.True((await ExecuteAsync(KnownResourceCommands.StartCommand)).Success);
        await notifications.WaitForResourceHealthyAsync("worker", WaitBehavior.WaitOnResourceUnavailable, Token);
    }

    [Fact]
    public async Task Crash_Process_IsReportedWithCodeAndLinesAndStartsAgain()
    {
        _builder.AddShell("worker", $"if [ -f {_file} ]; then {Shell.Forever}; fi; echo 'disk is full'; exit 7");
        _application = await _builder.BuildAsync(Token);
        await _application.StartAsync(Token);
        var notifications = _application.ResourceNotifications;
        var crashed = await notifications.WaitForResourceAsync("worker", e => e.Snapshot.State?.Text == KnownResourceStates.Exited, Token);
        Assert.Equal(7, crashed.Snapshot.ExitCode);
        Assert.Equal(KnownResourceStateStyles.Error, crashed.Snapshot.State?.Style);
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => notifications.WaitForResourceHealthyAsync("worker", Token));
        Assert.Contains("| disk is full", error.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(_file, "", Token);
        Assert.True((await ExecuteAsync(KnownResourceCommands.StartCommand)).Success);
        await notifications.WaitForResourceHealthyAsync("worker", WaitBehavior.WaitOnResourceUnavailable, Token);
    }

    [Fact]
    public async Task Start_AsSoonAsItsEndIsTold_StartsAgain()
    {
        _builder.AddShell("worker", $"echo run >> {_file}");
        _application = await _builder.BuildAsync(Token);
        await _application.StartAsync(Token);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        for (var runs = 1; runs <= 100; runs++)
        {
            await _application.ResourceNotifications.WaitForResourceAsync(
                "worker", e => e.Snapshot.State?.Text == KnownResourceStates.Finished && File.ReadAllLines(_file).Length == runs, deadline.Token);
            Assert.True((await ExecuteAsync(KnownResourceCommands.StartCommand)).Success);
        }
    }

    [Fact]
    public async Task Command_ThatThrows_FailsWithItsMessage()
    {
        _builder.AddShell("worker", Shell.Forever)
            .WithCommand("explode", "Explode", _ => throw new InvalidOperationException("boom"));
        await StartAsync("worker");
        var result = await ExecuteAsync("explode");
        Assert.False(result.Success);
        Assert.Equal("boom", result.ErrorMessage);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Healthy when it would hear the signal.
    private IResourceBuilder<ExecutableResource> Recorded(string name)
    {
        var ready = Path.Combine(_folder, name);
        _builder.Services.AddHealthChecks().AddCheck(name, () => File.Exists(ready) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        return _builder.AddShell(name, Obedient.Replace("stopped", name, StringComparison.Ordinal))
            .WithEnvironment("FILE", _file).WithEnvironment("READY", ready).WithHealthCheck(name);
    }

    private Task<ExecuteCommandResult> ExecuteAsync(string command) => _application!.ResourceCommands.ExecuteCommandAsync("worker", command, Token);

    private async Task<ResourceNotificationService> StartAsync(string resource)
    {
        _application = await _builder.BuildAsync(Token);
        await _application.StartAsync(Token);
        await _application.ResourceNotifications.WaitForResourceHealthyAsync(resource, Token);
        return _application.ResourceNotifications;
    }

    private async Task<int> ProcessIdAsync() =>
        ProcessId(await _application!.ResourceNotifications.WaitForResourceHealthyAsync("worker", Token))!.Value;

    private static int? ProcessId(ResourceEvent change) =>
        change.Snapshot.Properties.FirstOrDefault(p => p.Name == KnownProperties.ExecutableProcessId)?.Value as int?;
}
