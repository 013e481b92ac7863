using System.Diagnostics.Metrics;
using CloudNative.Metering.Recounts;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService.Recounts;

/// <summary>Recounts closed hours beside the counting, and raises the alarm when they differ or lack what was acknowledged. Every replica runs it, and the database lets one at a time work.</summary>
internal sealed partial class RecountWorker : BackgroundService
{
    private readonly BookRecount _recount;
    private readonly RecountQuery _found;
    private readonly RecountOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<RecountWorker> _logger;
    private long _differences;
    private long _missing;

    public RecountWorker(
        BookRecount recount, RecountQuery found, IOptions<RecountOptions> options, IMeterFactory meters, TimeProvider clock, ILogger<RecountWorker> logger)
    {
        (_recount, _found, _options, _clock, _logger) = (recount, found, options.Value, clock, logger);
        var meter = meters.Create("CloudNative.Ingest");
        meter.CreateObservableGauge(
            "cloudnative.ledger.differences", () => Interlocked.Read(ref _differences), "{difference}",
            "Counts of closed hours that differ between the books and what is stored; anything above 0 is an alarm.");
        meter.CreateObservableGauge(
            "cloudnative.ledger.missing", () => Interlocked.Read(ref _missing), "{event}",
            "Events of closed hours that were acknowledged and never received; anything above 0 is an alarm: they are lost.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.Interval, _clock);
        do
        {
            try
            {
                foreach (var hour in await _recount.RunAsync(_options.MaxHours, stoppingToken))
                    Log(hour);
                var (_, differences, missing) = await _found.TotalAsync(stoppingToken);
                Interlocked.Exchange(ref _differences, differences);
                Interlocked.Exchange(ref _missing, missing);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The hours stay as they are, and are recounted later.
                LogFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Log(HourRecount hour)
    {
        if (hour.Differences > 0)
            LogDiffers(hour.Hour, hour.TenantId, hour.Differences, hour.Detail);
        if (hour.Missing > 0)
            LogMissing(hour.Hour, hour.TenantId, hour.Missing);
    }

    [LoggerMessage(1, LogLevel.Error, "The books of {Hour:O} (tenant {TenantId}) differ from what is stored in {Differences} counts: {Detail}")]
    private partial void LogDiffers(DateTimeOffset hour, Ulid tenantId, int differences, string detail);

    [LoggerMessage(2, LogLevel.Warning, "The recount of the books failed, and is tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(3, LogLevel.Error, "{Missing} events that were acknowledged in {Hour:O} (tenant {TenantId}) are not in the log any more and were never received: they are lost")]
    private partial void LogMissing(DateTimeOffset hour, Ulid tenantId, long missing);
}
