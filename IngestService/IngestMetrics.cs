using System.Diagnostics.Metrics;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;

namespace CloudNative.IngestService;

/// <summary>What an operator watches: throughput by outcome, batch size, flush time, freshness, lag, fenced batches.</summary>
internal sealed class IngestMetrics
{
    private readonly Counter<long> _events;
    private readonly Counter<long> _fenced;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _flush;
    private readonly Histogram<double> _freshness;
    private readonly TimeProvider _clock;

    public IngestMetrics(IMeterFactory meters, IngestProgress progress, TimeProvider clock)
    {
        _clock = clock;
        var meter = meters.Create("CloudNative.Ingest");
        _events = meter.CreateCounter<long>("cloudnative.ingest.events", "{event}", "Events taken from the log, by outcome.");
        _fenced = meter.CreateCounter<long>("cloudnative.ingest.fenced_batches", "{batch}", "Batches dropped because another consumer owns their partition.");
        _batchSize = meter.CreateHistogram<int>("cloudnative.ingest.batch.size", "{event}", "Events in one transaction.");
        _flush = meter.CreateHistogram<double>("cloudnative.ingest.flush.duration", "s", "Time of one transaction.");
        _freshness = meter.CreateHistogram<double>("cloudnative.ingest.freshness", "s", "Age of a transaction's oldest event when it is counted.");
        meter.CreateObservableGauge("cloudnative.ingest.lag", () => progress.Lag, "{event}", "Events of the owned partitions that wait to be counted.");
        meter.CreateObservableGauge(
            "cloudnative.ingest.stopped_partitions", () => progress.StoppedPartitions, "{partition}", "Partitions whose next record is not in the log: not counted until a person decides.");
    }

    /// <summary>To be handed to <see cref="Stored"/> when the transaction is through.</summary>
    public long Start() => _clock.GetTimestamp();

    public void Stored(IReadOnlyList<PartitionBatch> batches, StoreResult result, long started)
    {
        _batchSize.Record(batches.Sum(batch => batch.Records.Count));
        _flush.Record(_clock.GetElapsedTime(started).TotalSeconds);
        _fenced.Add(result.Lost.Count);
        var oldest = batches.Min(batch => batch.Records[0].IngestedAt);
        _freshness.Record(Math.Max(0, (_clock.GetUtcNow() - oldest).TotalSeconds));
        Count(result.Counts);
    }

    private void Count(LedgerCounts counts)
    {
        foreach (var (outcome, number) in new[]
        {
            ("counted", counts.Counted), ("duplicate", counts.Duplicates), ("unmatched", counts.Unmatched), ("dead_lettered", counts.DeadLettered),
        })
            _events.Add(number, new KeyValuePair<string, object?>("outcome", outcome));
    }
}
