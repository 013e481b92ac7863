using System.Diagnostics.Metrics;
using CloudNative.Metering.Backfills;

namespace CloudNative.IngestService.Backfill;

/// <summary>What an operator watches of backfills: their rate, and how many are not complete.</summary>
internal sealed class BackfillMetrics
{
    private static readonly KeyValuePair<string, object?> CountedOutcome = new("outcome", "counted"), PassedOutcome = new("outcome", "passed");

    private readonly Counter<long> _events;
    private long _open;

    public BackfillMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("CloudNative.Backfill");
        _events = meter.CreateCounter<long>(
            "cloudnative.backfill.events", "{event}", "Stored events that backfills looked at: counted, or passed because the meter counts others.");
        meter.CreateObservableGauge(
            "cloudnative.backfill.pending", () => Volatile.Read(ref _open), "{meter}", "Meters that have not counted all that was stored before them.");
    }

    public void Stepped(BackfillStep step)
    {
        _events.Add(step.Counted, CountedOutcome);
        _events.Add(step.Scanned - step.Counted, PassedOutcome);
    }

    public void Observe(long open)
    {
        Volatile.Write(ref _open, open);
        // Exported before it counts: Prometheus does not see a step from nothing to the first value.
        _events.Add(0, CountedOutcome);
        _events.Add(0, PassedOutcome);
    }
}
