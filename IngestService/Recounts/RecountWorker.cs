using System.Diagnostics.Metrics;
using CloudNative.Metering.Recounts;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService.Recounts;

/// <summary>Recounts closed hours beside the counting, and raises the alarm when they differ. Every replica runs it, and the database lets one at a time work.</summary>
internal sealed partial class RecountWorker : BackgroundService
{
    private readonly BookRecount _recount;
    private readonly RecountQuery _found;
    private readonly RecountOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<RecountWorker> _logger;
    private long _differences;

    public RecountWorker(
        BookRecount recount, RecountQuery found, IOptions<RecountOptions> options, IMeterFactory meters, TimeProvider clock, ILogger<RecountWorker> logger)
    {
        (_recount, _found, _options, _clock, _logger) = (recount, found, options.Value, clock, logger);
        meters.Create("CloudNative.Ingest").CreateObservableGauge(
            "cloudnative.ledger.differences", () => Interlocked.Read(ref _differences), "{difference}",
            "Counts of closed hours that differ between the books and what is stored; anything above 0 is an alarm.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.Interval, _clock);
        do
        {
            try
            {
                foreach (var hour in await _recount.RunAsync(_options.MaxHours, stoppingToken))
                    LogDiffers(hour.Hour, hour.TenantId, hour.Differences, hour.Detail);
                Interlocked.Exchange(ref _differences, (await _found.TotalAsync(stoppingToken)).Differences);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The hours stay as they are, and are recounted later.
                LogFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(1, LogLevel.Error, "The books of {Hour:O} (tenant {TenantId}) differ from what is stored in {Differences} counts: {Detail}")]
    private partial void LogDiffers(DateTimeOffset hour, Ulid tenantId, int differences, string detail);

    [LoggerMessage(2, LogLevel.Warning, "The recount of the books failed, and is tried again")]
    private partial void LogFailed(Exception exception);
}
