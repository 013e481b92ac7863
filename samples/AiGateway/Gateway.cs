using CloudNative.AiGateway.Metering;
using CloudNative.AiGateway.Traffic;
using Microsoft.Extensions.Options;

namespace CloudNative.AiGateway;

/// <summary>Creates the gateway's meters, reports the hours nobody has reported yet, then reports calls as they happen.</summary>
internal sealed partial class Gateway(
    MeteringClient metering,
    TrafficGenerator traffic,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<Gateway> logger) : BackgroundService
{
    private const int BatchSize = 1_000;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var meter in TrafficGenerator.Meters)
                await metering.CreateMeterIfMissingAsync(meter, stoppingToken);

            await ReportHistoryAsync(stoppingToken);
            await ReportLiveAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop: what was sent is sent, and the next start reports the hours in between.
        }
    }

    private async Task ReportHistoryAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var thisHour = HourOf(now);
        var from = thisHour.AddDays(-options.Value.HistoryDays);
        if (await metering.FindNewestAsync(TrafficGenerator.TokensType, TrafficGenerator.Source, cancellationToken) is { } newest
            && HourOf(newest) >= from)
            from = HourOf(newest).AddHours(1);

        var sent = 0;
        var hours = Enumerable.Range(0, Math.Max(0, (int)(thisHour - from).TotalHours)).Select(hour => from.AddHours(hour));
        foreach (var batch in hours.SelectMany(traffic.HourlyTotals).Chunk(BatchSize))
        {
            await metering.SendAsync(batch, cancellationToken);
            sent += batch.Length;
        }

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
            if (calls > 0)
                await metering.SendAsync([.. Enumerable.Range(0, calls).SelectMany(_ => traffic.Request(now))], cancellationToken);
        }
    }

    private static DateTimeOffset HourOf(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reported {Events} hourly totals from {From:u} to {To:u}; now reporting calls as they happen")]
    private partial void HistoryReported(int events, DateTimeOffset from, DateTimeOffset to);
}
