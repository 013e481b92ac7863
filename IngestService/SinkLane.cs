using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;

namespace CloudNative.IngestService;

/// <summary>
/// Some of the process' partitions, with a store of their own: one transaction after the other, and while one is stored the next one fills.
/// All methods are called by the consumer's loop.
/// </summary>
internal sealed class SinkLane(EventSink sink, IngestMetrics metrics, TimeProvider clock)
{
    private IReadOnlyList<PartitionBatch> _batches = [];
    private long _beganAt = long.MinValue;

    public OwnedPartitions Owned { get; } = new();

    /// <summary>The running transaction, or the last one.</summary>
    public Task<StoreResult> Storing { get; private set; } = Task.FromResult(new StoreResult(default, [], []));

    /// <summary>A transaction runs, or ran and its result was not taken yet.</summary>
    public bool IsBusy => _batches.Count > 0;

    /// <summary>Since the last transaction began.</summary>
    public TimeSpan Age => _beganAt == long.MinValue ? TimeSpan.MaxValue : clock.GetElapsedTime(_beganAt);

    public Task PrepareAsync(CancellationToken cancellationToken) => sink.PrepareAsync(cancellationToken);

    /// <summary>Begins to store what waits, unless the transaction before is still running.</summary>
    public void Begin(CancellationToken cancellationToken)
    {
        if (IsBusy || !Owned.HasMore)
            return;

        _beganAt = clock.GetTimestamp();
        var traces = Owned.Traces;
        _batches = Owned.Take();
        Storing = Task.Run(() => StoreAsync(_batches, traces, cancellationToken), CancellationToken.None);
    }

    /// <summary>Takes the result of the transaction when there is one: which batches are stored, and which partitions are another consumer's now.</summary>
    public async Task<(IReadOnlyList<PartitionBatch> Stored, IReadOnlyList<PartitionBatch> Lost)> EndAsync()
    {
        if (!IsBusy || !Storing.IsCompleted)
            return ([], []);

        var result = await Storing;
        var (stored, lost) = (new List<PartitionBatch>(), new List<PartitionBatch>());
        foreach (var batch in _batches)
        {
            // One that was given up meanwhile, or claimed again, is no news.
            if (!Owned.Holds(batch))
                continue;
            if (result.Lost.Contains(batch.Claim.Partition))
                lost.Add(batch);
            else if (Owned.Advance(batch))
                stored.Add(batch);
        }

        _batches = [];
        return (stored, lost);
    }

    private async Task<StoreResult> StoreAsync(IReadOnlyList<PartitionBatch> batches, BatchTraces traces, CancellationToken cancellationToken)
    {
        var started = metrics.Start();
        using var span = KafkaTracing.StartProcess(UsageEventTopic.Name, traces);
        var result = await sink.StoreAsync(batches, cancellationToken);
        metrics.Stored(batches, result, started);
        return result;
    }
}
