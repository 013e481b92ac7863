using CloudNative.Metering.Backfills;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService.Backfill;

/// <summary>Counts for new meters what was stored before them, beside the consumer and behind it. Replicas share the work.</summary>
internal sealed partial class BackfillWorker(
    MeterBackfill backfill, BackfillMetrics metrics, IngestProgress progress, IOptions<BackfillOptions> options, TimeProvider clock,
    ILogger<BackfillWorker> logger) : BackgroundService
{
    /// <summary>More records than this wait for the consumer: it is behind, and has the right of way.</summary>
    private const long LiveBacklog = 10_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var started = clock.GetTimestamp();
            var step = await StepAsync(stoppingToken);
            if (step is null)
                await Task.Delay(options.Value.PollInterval, clock, stoppingToken);
            else if (progress.Lag > LiveBacklog)
                await Task.Delay(clock.GetElapsedTime(started), clock, stoppingToken);
        }
    }

    /// <summary>One page; null when there is nothing to do, or it has to wait.</summary>
    private async Task<BackfillStep?> StepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var step = await backfill.RunPageAsync(options.Value.PageSize, cancellationToken);
            if (step is null or { IsDone: true })
                metrics.Observe(await backfill.CountOpenAsync(cancellationToken));
            if (step is not null)
                metrics.Stepped(step);
            if (step is { IsDone: true })
                LogDone(step.MeterId);
            return step;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing of the page was written: it is counted again, here or by another replica.
            LogFailed(e);
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Meter {MeterId} has counted what was stored before it")]
    private partial void LogDone(Ulid meterId);

    [LoggerMessage(2, LogLevel.Warning, "A page of a backfill failed, and is tried again")]
    private partial void LogFailed(Exception exception);
}
