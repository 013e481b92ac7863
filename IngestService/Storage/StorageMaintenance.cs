using CloudNative.Metering.Events;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using Npgsql;

namespace CloudNative.IngestService.Storage;

/// <summary>Keeps the tables of events and rollups in shape beside the counting: every replica runs it, and the database lets one at a time work.</summary>
internal sealed partial class StorageMaintenance(
    NpgsqlDataSource dataSource, SegmentMaintenance segments, RollupSealing sealing, RetiredGenerations retired, TimeProvider clock, ILogger<StorageMaintenance> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Two loops: the upkeep may wait for a transaction that only the other one can end.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(RepeatAsync(EndStalledAsync, stoppingToken), RepeatAsync(KeepUpAsync, stoppingToken));

    private async Task EndStalledAsync(CancellationToken cancellationToken)
    {
        if (await StalledTransactions.EndAsync(dataSource, StalledTransactions.Patience, cancellationToken) is > 0 and var ended)
            LogEnded(ended);
    }

    private async Task KeepUpAsync(CancellationToken cancellationToken)
    {
        await sealing.RunAsync(clock.GetUtcNow(), cancellationToken);
        await segments.RunAsync(cancellationToken);
        await retired.RunAsync(cancellationToken);
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> action, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await action(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Nothing is lost by doing it later: events go into the open segment, and into minutes, meanwhile.
                LogFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(1, LogLevel.Warning, "Ended {Count} transactions of an ingest service that did not go on with them")]
    private partial void LogEnded(long count);

    [LoggerMessage(2, LogLevel.Warning, "The upkeep of the tables failed, and is tried again")]
    private partial void LogFailed(Exception exception);
}
