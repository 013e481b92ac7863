using CloudNative.Metering.Events;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService;

/// <summary>All lanes of the process; a partition has its lane by its number.</summary>
internal sealed class SinkLanes(IOptions<IngestOptions> options, Func<SinkLane> create)
{
    /// <summary>Of all lanes together, so that more cores do not make the process larger; as much again is being stored.</summary>
    private const long MaxWaitingBytes = 32 * 1024 * 1024;

    /// <summary>Of one transaction: stays far below what one parameter may hold.</summary>
    private const long MaxBatchBytes = 16 * 1024 * 1024;

    private readonly long _maxLaneBytes = Math.Min(MaxBatchBytes, MaxWaitingBytes / options.Value.Lanes);
    private readonly SinkLane[] _lanes = [.. Enumerable.Range(0, options.Value.Lanes).Select(_ => create())];

    public IEnumerable<PartitionClaim> Claims => _lanes.SelectMany(lane => lane.Owned.Claims);

    /// <summary>One lane has all that its next transaction may take: nothing more is consumed until it began.</summary>
    public bool IsFull => _lanes.Any(HasFullBatch);

    /// <summary>Claims of partitions whose log was cut below what is counted.</summary>
    public IEnumerable<PartitionClaim> Cut => _lanes.SelectMany(lane => lane.Owned.Cut);

    public bool IsBusy => _lanes.Any(lane => lane.IsBusy);

    /// <summary>Records wait for their transaction.</summary>
    public bool IsWaiting => _lanes.Any(lane => lane.Owned.Waiting > 0);

    public OwnedPartitions Owning(int partition) => _lanes[partition % _lanes.Length].Owned;

    public void Add(ConsumeResult<byte[], byte[]> record)
    {
        if (record.IsPartitionEOF)
            Owning(record.Partition).Reach(record.Partition, record.Offset);
        else
            Owning(record.Partition).Add(record.Partition, EventRecordReader.Read(record), record.Message.Headers);
    }

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes)
            await lane.PrepareAsync(cancellationToken);
    }

    /// <summary>Takes what is stored, and begins what waits.</summary>
    public async Task<(List<PartitionBatch> Stored, List<PartitionBatch> Lost)> TurnAsync(CancellationToken cancellationToken)
    {
        var (stored, lost) = (new List<PartitionBatch>(), new List<PartitionBatch>());
        foreach (var lane in _lanes)
        {
            var ended = await lane.EndAsync();
            stored.AddRange(ended.Stored);
            lost.AddRange(ended.Lost);
            if (HasFullBatch(lane) || lane.Age >= options.Value.BatchInterval)
                lane.Begin(cancellationToken);
        }

        return (stored, lost);
    }

    /// <summary>Completes when a running transaction is through; its result is for <see cref="TurnAsync"/>.</summary>
    public Task AnyAsync() => Task.WhenAny(_lanes.Where(lane => lane.IsBusy).Select(lane => lane.Storing));

    private bool HasFullBatch(SinkLane lane) => lane.Owned.Waiting >= options.Value.MaxBatchRecords || lane.Owned.WaitingBytes >= _maxLaneBytes;
}
