using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Takes one process of a resource through its life: waits, starts, watches, stops, and starts again when told so.</summary>
internal sealed partial class ResourceRunner(
    ResourceInstance instance,
    DependencyWaiter waiter,
    ProcessLauncher launcher,
    HealthMonitor health,
    ResourceNotificationService notifications,
    ResourceLoggerService loggers) : IDisposable
{
    // Then it is ended by force. Stops happen in order, so this is a part of the ten seconds for all.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = loggers.GetLogger(instance.Id);
    private readonly Lock _gate = new();
    private CancellationTokenSource _stopping = new();
    private CancellationToken _deadline = CancellationToken.None;
    private Task _run = Task.CompletedTask;
    private bool _isOver = true;

    public ResourceInstance Instance { get; } = instance;

    /// <summary>Does nothing when it runs already.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (!_isOver)
                return;
            _isOver = false;
            _stopping.Dispose();
            _stopping = new CancellationTokenSource();
            var (before, stopping) = (_run, _stopping.Token);
            _run = Task.Run(() => RunAfterAsync(before, stopping), CancellationToken.None);
        }
    }

    /// <summary>Completes when the process is gone.</summary>
    /// <param name="deadline">When it is cancelled, the process is ended by force.</param>
    public async Task StopAsync(CancellationToken deadline)
    {
        Task run;
        lock (_gate)
        {
            _deadline = deadline;
            run = _run;
            _stopping.Cancel();
        }

        await run;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAfterAsync(Task before, CancellationToken stopping)
    {
        await before;
        await RunAsync(stopping);
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await PublishAsync(s => s with { State = KnownResourceStates.Waiting, ExitCode = null, StartTimeStamp = null, StopTimeStamp = null });
            await waiter.WaitAsync(Instance, stopping);
            await PublishAsync(s => s with { State = KnownResourceStates.Starting });
            if (ProcessLauncher.HasProcess(Instance.Resource))
                await RunProcessAsync(stopping);
            else
                await RunWithoutProcessAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await PublishEndAsync(KnownResourceStates.Exited, null, exitCode: null);
        }
        catch (DistributedApplicationException e)
        {
            LogFailed(_logger, e.Message);
            await PublishEndAsync(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error, exitCode: null);
        }
        catch (Exception e)
        {
            LogBroken(_logger, e);
            await PublishEndAsync(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error, exitCode: null);
        }
    }

    private async Task RunProcessAsync(CancellationToken stopping)
    {
        var launched = await launcher.LaunchAsync(Instance, stopping);
        await using var process = launched.Process;
        await PublishAsync(launched.Describe);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watch = health.WatchAsync(Instance, ended.Token);
        await Task.WhenAny(process.Exit, Task.Delay(Timeout.Infinite, ended.Token));
        await ended.CancelAsync();
        if (!process.HasExited)
            await PublishAsync(s => s with { State = KnownResourceStates.Stopping });
        var exitCode = process.HasExited ? await process.Exit : await process.StopAsync(StopTimeout, _deadline);
        await watch;

        var finished = exitCode == 0 && !stopping.IsCancellationRequested;
        if (!finished && !stopping.IsCancellationRequested)
            LogEnded(_logger, exitCode);
        await PublishEndAsync(
            finished ? KnownResourceStates.Finished : KnownResourceStates.Exited,
            finished || stopping.IsCancellationRequested ? null : KnownResourceStateStyles.Error,
            exitCode);
    }

    private async Task RunWithoutProcessAsync(CancellationToken stopping)
    {
        if (Instance.Resource.Last<InitializerAnnotation>() is { } initializer)
            await initializer.InitializeAsync(stopping);
        var urls = await launcher.UrlsAsync(Instance, stopping);
        var values = await KnownValues.CollectAsync(Instance.Resource, stopping);
        await PublishAsync(s => s.WithProperties(values) with { State = Running(), StartTimeStamp = Now(), Urls = urls });
        await health.WatchAsync(Instance, stopping);
        stopping.ThrowIfCancellationRequested();
    }

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        notifications.PublishUpdateAsync(Instance.Resource, Instance.Id, change);

    private Task PublishEndAsync(string state, string? style, int? exitCode)
    {
        // Whoever is told of the end may start it at once.
        lock (_gate)
            _isOver = true;
        return PublishAsync(s => s with
        {
            State = new ResourceStateSnapshot(state, style),
            ExitCode = exitCode,
            StopTimeStamp = Now(),
            Urls = [.. s.Urls.Select(u => u with { IsInactive = true })],
        });
    }

    private static ResourceStateSnapshot Running() => new(KnownResourceStates.Running, KnownResourceStateStyles.Success);

    private static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;

    [LoggerMessage(LogLevel.Error, "Can't start: {Problem}")]
    private static partial void LogFailed(ILogger logger, string problem);

    [LoggerMessage(LogLevel.Error, "Can't start, and the reason is a fault of the engine.")]
    private static partial void LogBroken(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "Ended by itself with exit code {ExitCode}.")]
    private static partial void LogEnded(ILogger logger, int exitCode);
}
