using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudNative.Hosting.Tests.Orchestration;

/// <summary>Starts of real processes.</summary>
public sealed class StartTests : IAsyncDisposable
{
    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create();
    private DistributedApplication? _application;

    public ValueTask DisposeAsync() => _application?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Start_Executable_RunsWithItsVariablesAndArguments()
    {
        _builder.AddShell("hello", "echo \"$GREETING $1 $2\"; " + Shell.Forever)
            .WithEnvironment("GREETING", "good day").WithArgs("name", "a b", "c");
        var notifications = await StartAsync();
        var running = await notifications.WaitForResourceHealthyAsync("hello", Token);
        Assert.Equal(KnownResourceStates.Running, running.Snapshot.State?.Text);
        Assert.Contains(running.Snapshot.EnvironmentVariables, v => v is { Name: "GREETING", Value: "good day" });
        Assert.Equal("good day a b c", await FirstLineAsync("hello"));
    }

    [Fact]
    public async Task WaitFor_UnhealthyDependency_HoldsBackUntilItIsHealthy()
    {
        var healthy = false;
        _builder.Services.AddHealthChecks().AddCheck("gate", () => healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("closed"));
        var first = _builder.AddShell("first", Shell.Forever).WithHealthCheck("gate");
        _builder.AddShell("second", Shell.Forever).WaitFor(first);
        var notifications = await StartAsync();
        await notifications.WaitForResourceAsync(
            "first", e => e.Snapshot.HealthReports.Any(r => r.Description == "closed"), Token);
        var waiting = await notifications.WaitForResourceAsync("second", e => WaitsFor(e, "first (Running)"), Token);
        Assert.Equal(KnownResourceStates.Waiting, waiting.Snapshot.State?.Text);

        healthy = true;
        await notifications.WaitForResourceHealthyAsync("second", Token);
        Assert.True(notifications.TryGetCurrentState(waiting.ResourceId, out var second));
        Assert.False(WaitsFor(second, "first"));
    }

    [Fact]
    public async Task WaitForCompletion_ExpectedExitCode_Starts()
    {
        var once = _builder.AddShell("once", "exit 3");
        _builder.AddShell("after", Shell.Forever).WaitForCompletion(once, exitCode: 3);
        var notifications = await StartAsync();
        await notifications.WaitForResourceHealthyAsync("after", Token);
    }

    [Fact]
    public async Task WaitForCompletion_OtherExitCode_FailsAndSaysWhy()
    {
        var once = _builder.AddShell("once", "echo 'no such table' >&2; exit 4");
        _builder.AddShell("after", Shell.Forever).WaitForCompletion(once);
        var notifications = await StartAsync();
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => notifications.WaitForResourceHealthyAsync("after", Token));
        Assert.Contains("'after' does not become healthy", error.Message, StringComparison.Ordinal);
        Assert.Contains("Exited with exit code 4", error.Message, StringComparison.Ordinal);
        Assert.Contains("| no such table", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ProgramThatIsNotThere_FailsWithItsName()
    {
        _builder.AddExecutable("ghost", "no-such-program", ".");
        var notifications = await StartAsync();
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => notifications.WaitForResourceHealthyAsync("ghost", Token));
        Assert.Contains("'no-such-program' can't be started", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_MissingParameter_NamesItsKey()
    {
        _builder.AddShell("needy", Shell.Forever).WithEnvironment("TOKEN", _builder.AddParameter("token"));
        var notifications = await StartAsync();
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => notifications.WaitForResourceHealthyAsync("needy", Token));
        Assert.Contains("'Parameters:token'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Container_NamesAspiresEngine()
    {
        _builder.AddContainer("image", "example/image", "1.0");
        var notifications = await StartAsync();
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => notifications.WaitForResourceHealthyAsync("image", Token));
        Assert.Contains("-p:Engine=Aspire", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_Cancelled_TellsWhatIsNotHealthy()
    {
        _builder.Services.AddHealthChecks().AddCheck("never", () => HealthCheckResult.Unhealthy("not in this life"));
        _builder.AddShell("sick", "echo ouch; " + Shell.Forever).WithHealthCheck("never");
        var notifications = await StartAsync();
        await notifications.WaitForResourceAsync("sick", e => e.Snapshot.HealthReports.Any(r => r.Description is not null), Token);
        await FirstLineAsync("sick");
        using var impatient = new CancellationTokenSource();
        var wait = notifications.WaitForResourceHealthyAsync("sick", impatient.Token);
        await impatient.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.Contains("never Unhealthy (not in this life)", error.Message, StringComparison.Ordinal);
        Assert.Contains("| ouch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_UnknownResource_NamesThoseThereAre()
    {
        _builder.AddShell("known", Shell.Forever);
        var notifications = await StartAsync();
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => notifications.WaitForResourceHealthyAsync("unknown", Token));
        Assert.Contains("there are: known", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Explicit_StaysNotStarted()
    {
        _builder.AddShell("later", Shell.Forever).WithExplicitStart();
        _builder.AddShell("now", Shell.Forever);
        var notifications = await StartAsync();
        await notifications.WaitForResourceHealthyAsync("now", Token);
        await notifications.WaitForResourceAsync("later", KnownResourceStates.NotStarted, Token);
        Assert.True((await _application!.ResourceCommands.ExecuteCommandAsync("later", KnownResourceCommands.StartCommand, Token)).Success);
        await notifications.WaitForResourceHealthyAsync("later", Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static bool WaitsFor(ResourceEvent change, string what) =>
        change.Snapshot.Properties.Any(p => p.Name == KnownProperties.WaitingFor && p.Value is string text && text.Contains(what, StringComparison.Ordinal));

    private async Task<ResourceNotificationService> StartAsync()
    {
        _application = await _builder.BuildAsync(Token);
        await _application.StartAsync(Token);
        return _application.ResourceNotifications;
    }

    private async Task<string> FirstLineAsync(string resource)
    {
        var loggers = _application!.Services.GetRequiredService<ResourceLoggerService>();
        await foreach (var lines in loggers.WatchAsync(_builder.Resources.Single(r => r.Name == resource)).WithCancellation(Token))
            return lines[0].Content[(lines[0].Content.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        return "";
    }
}
