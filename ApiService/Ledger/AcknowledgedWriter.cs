using System.Diagnostics.Metrics;
using CloudNative.Metering.Ledger;

namespace CloudNative.ApiService.Ledger;

/// <summary>Writes the acknowledged side of the books every second.</summary>
internal sealed partial class AcknowledgedWriter : PeriodicWriter
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly AcknowledgedEvents _events;
    private readonly ILogger<AcknowledgedWriter> _logger;
    private readonly Counter<long> _missing;

    public AcknowledgedWriter(AcknowledgedEvents events, IMeterFactory meters, TimeProvider clock, ILogger<AcknowledgedWriter> logger) : base(Interval, clock)
    {
        (_events, _logger) = (events, logger);
        _missing = meters.Create("CloudNative.Api").CreateCounter<long>(
            "cloudnative.ledger.unwritten_events", "{event}", "Acknowledged events that the books will never show, because the database was away for too long.");
    }

    protected override Task WriteAsync(CancellationToken cancellationToken)
    {
        // Exported before it counts: Prometheus does not see a step from nothing to the first value.
        _missing.Add(0);
        return _events.WriteAsync(cancellationToken);
    }

    protected override void Report(string reason) => LogAway(reason);

    protected override void Missed() => _missing.Add(_events.Trim());

    [LoggerMessage(1, LogLevel.Warning, "The books of what was acknowledged wait for the database: {Reason}")]
    private partial void LogAway(string reason);
}
