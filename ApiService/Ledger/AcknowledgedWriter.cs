using System.Diagnostics.Metrics;
using CloudNative.Metering.Ledger;
using Npgsql;
using OpenTelemetry;

namespace CloudNative.ApiService.Ledger;

/// <summary>Writes the acknowledged side of the books every second, beside the requests: none of them waits for it.</summary>
internal sealed partial class AcknowledgedWriter : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly AcknowledgedEvents _events;
    private readonly TimeProvider _clock;
    private readonly ILogger<AcknowledgedWriter> _logger;
    private readonly Counter<long> _missing;
    private bool _isAway;

    public AcknowledgedWriter(AcknowledgedEvents events, IMeterFactory meters, TimeProvider clock, ILogger<AcknowledgedWriter> logger)
    {
        (_events, _clock, _logger) = (events, clock, logger);
        _missing = meters.Create("CloudNative.Api").CreateCounter<long>(
            "cloudnative.ledger.unwritten_events", "{event}", "Acknowledged events that the books will never show, because the database was away for too long.");
    }

    /// <summary>The requests have ended by now (the server stops first), so this writes the last of them.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            LogAway(e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // No traces of what happens every second.
        using var untraced = SuppressInstrumentationScope.Begin();
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await WriteAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync goes on.
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _events.WriteAsync(cancellationToken);
            _isAway = false;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            if (!_isAway)
                LogAway(e.Message);
            _isAway = true;
            _missing.Add(_events.Trim());
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The books of what was acknowledged wait for the database: {Reason}")]
    private partial void LogAway(string reason);
}
