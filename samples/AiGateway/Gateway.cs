using System.Net;
using CloudNative.AiGateway.Traffic;
using CloudNative.Metering.Client;
using Microsoft.Extensions.Options;

namespace CloudNative.AiGateway;

/// <summary>Creates the gateway's meters, reports the hours nobody has reported yet, then reports calls as they happen.</summary>
internal sealed partial class Gateway(
    MeteringClient metering,
    UsageReporter reporter,
    TrafficGenerator traffic,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<Gateway> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var meter in TrafficGenerator.Meters)
                await CreateIfMissingAsync(meter, stoppingToken);

            await ReportHistoryAsync(stoppingToken);
            await ReportLiveAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop: the reporter sends what it has, and the next start reports the hours in between.
        }
    }

    private async Task CreateIfMissingAsync(MeterDefinition meter, CancellationToken cancellationToken)
    {
        try
        {
            await metering.CreateMeterAsync(meter, cancellationToken);
        }
        catch (MeteringException e) when (e.Status == HttpStatusCode.Conflict)
        {
            // An earlier start has created it.
        }
    }

    private async Task ReportHistoryAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var thisHour = HourOf(now);
        var from = thisHour.AddDays(-options.Value.HistoryDays);
        var newest = new EventFilter { Type = TrafficGenerator.TokensType, Source = TrafficGenerator.Source, Limit = 1 };
        if (await metering.ListEventsAsync(newest, cancellationToken) is [var last, ..] && HourOf(last.Time) >= from)
            from = HourOf(last.Time).AddHours(1);

        var sent = 0;
        var hours = Enumerable.Range(0, Math.Max(0, (int)(thisHour - from).TotalHours)).Select(hour => from.AddHours(hour));
        foreach (var total in hours.SelectMany(traffic.HourlyTotals))
        {
            await reporter.ReportAsync(total, cancellationToken);
            sent++;
        }

        await reporter.FlushAsync(cancellationToken);
        HistoryReported(sent, from, thisHour);
    }

    private async Task ReportLiveAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        var due = 0.0;
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = time.GetUtcNow();
            due += traffic.RateAt(now) * Tick.TotalSeconds;
            var calls = (int)due;
            due -= calls;
            foreach (var usage in Enumerable.Range(0, calls).SelectMany(_ => traffic.Request(now)))
                await reporter.ReportAsync(usage, cancellationToken);
        }
    }

    private static DateTimeOffset HourOf(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reported {Events} hourly totals from {From:u} to {To:u}; now reporting calls as they happen")]
    private partial void HistoryReported(int events, DateTimeOffset from, DateTimeOffset to);
}
