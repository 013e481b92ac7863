using System.Diagnostics.Metrics;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;

namespace CloudNative.IngestService;

/// <summary>What an operator watches: throughput by outcome, batch size, flush time, freshness, lag, fenced batches.</summary>
internal sealed class IngestMetrics
{
    // OpenTelemetry's own buckets begin at 5, and nearly every transaction would be in the first of them.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    // Ingest:MaxBatchRecords is 10,000 unless it is set, and 100,000 at most.
    private static readonly InstrumentAdvice<int> BatchSizes = new()
    {
        HistogramBucketBoundaries = [1, 10, 50, 100, 500, 1_000, 2_500, 5_000, 10_000, 15_000, 20_000, 50_000, 100_000],
    };

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
        _batchSize = meter.CreateHistogram("cloudnative.ingest.batch.size", "{event}", "Events that one transaction stored.", tags: null, BatchSizes);
        _flush = meter.CreateHistogram("cloudnative.ingest.flush.duration", "s", "Time of one transaction.", tags: null, Seconds);
        _freshness = meter.CreateHistogram("cloudnative.ingest.freshness", "s", "Age of a transaction's oldest event when it is counted.", tags: null, Seconds);
        meter.CreateObservableGauge("cloudnative.ingest.lag", () => progress.Lag, "{event}", "Events of the owned partitions that wait to be counted.");
        meter.CreateObservableGauge(
            "cloudnative.ingest.stopped_partitions", () => progress.StoppedPartitions, "{partition}", "Partitions whose next record is not in the log: not counted until a person decides.");
    }

    /// <summary>To be handed to <see cref="Stored"/> when the transaction is through.</summary>
    public long Start() => _clock.GetTimestamp();

    public void Stored(IReadOnlyList<PartitionBatch> batches, StoreResult result, long started)
    {
        _flush.Record(_clock.GetElapsedTime(started).TotalSeconds);
        _fenced.Add(result.Lost.Count);
        // The others were dropped, or went with another transaction.
        var stored = batches.Where(batch => !result.Lost.Contains(batch.Claim.Partition) && !result.AlreadyStored.Contains(batch.Claim.Partition)).ToList();
        // A transaction may store nothing but the offsets behind a foreign one.
        if (stored.Sum(batch => batch.Records.Count) is > 0 and var size)
            _batchSize.Record(size);
        // A record without a usable timestamp has no age.
        if (stored.SelectMany(batch => batch.Records).Where(record => record.IngestedAt > DateTimeOffset.UnixEpoch).MinBy(record => record.IngestedAt) is { } oldest)
            _freshness.Record(Math.Max(0, (_clock.GetUtcNow() - oldest.IngestedAt).TotalSeconds));
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
