using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.IngestService;

/// <summary>The partitions that a lane owns, and the records of each that wait for their transaction.</summary>
internal sealed class OwnedPartitions
{
    /// <summary>What a record takes beside its value and its headers: objects, texts, places in lists. About as much again while it is stored.</summary>
    public const int RecordOverhead = 448;

    private readonly Dictionary<int, (PartitionClaim Claim, List<IngestRecord> Records)> _partitions = [];

    /// <summary>Trace contexts of the waiting records; with those of records that were dropped, until the next transaction.</summary>
    public List<Headers> Headers { get; private set; } = [];

    public int Waiting { get; private set; }

    /// <summary>Of the waiting records and of all <see cref="Headers"/>.</summary>
    public long WaitingBytes { get; private set; }

    public IEnumerable<PartitionClaim> Claims => _partitions.Values.Select(partition => partition.Claim);

    public bool IsWaiting(int partition) => _partitions.TryGetValue(partition, out var owned) && owned.Records.Count > 0;

    /// <summary>Whether the batch's partition is still owned as it was when the batch was taken.</summary>
    public bool Holds(PartitionBatch batch) => _partitions.TryGetValue(batch.Claim.Partition, out var owned) && owned.Claim == batch.Claim;

    /// <summary>Whatever waited under an older claim is dropped: it is read again from the new claim's offset.</summary>
    public void Assign(PartitionClaim claim)
    {
        Remove(claim.Partition);
        _partitions[claim.Partition] = (claim, []);
    }

    public void Remove(int partition)
    {
        if (!_partitions.Remove(partition, out var removed))
            return;

        Waiting -= removed.Records.Count;
        WaitingBytes -= removed.Records.Sum(record => (long)record.Value.Length);
        // Else nothing would end them: there is no next transaction.
        if (Waiting == 0)
            Clear();
    }

    /// <summary>Ignores records of partitions that are not owned (any more), and those that were stored before.</summary>
    public void Add(int partition, IngestRecord record, Headers headers)
    {
        if (!_partitions.TryGetValue(partition, out var owned) || record.Offset < owned.Claim.NextOffset)
            return;

        owned.Records.Add(record);
        Headers.Add(headers);
        Waiting++;
        WaitingBytes += record.Value.Length + BytesOf(headers) + RecordOverhead;
    }

    /// <summary>Takes all that waits. What is added from now on belongs to the next transaction, which must not begin before <see cref="Advance"/>.</summary>
    public IReadOnlyList<PartitionBatch> Take()
    {
        var batches = new List<PartitionBatch>();
        foreach (var (partition, (claim, records)) in _partitions)
        {
            if (records.Count == 0)
                continue;
            batches.Add(new PartitionBatch(claim, records[^1].Offset + 1, records));
            _partitions[partition] = (claim, []);
        }

        Clear();
        return batches;
    }

    /// <summary>The batch is stored: its partition goes on behind it, if this is still the claim that it was taken under.</summary>
    public bool Advance(PartitionBatch batch)
    {
        if (!Holds(batch))
            return false;

        var partition = batch.Claim.Partition;
        _partitions[partition] = (batch.Claim with { NextOffset = batch.End }, _partitions[partition].Records);
        return true;
    }

    private static long BytesOf(Headers headers)
    {
        var bytes = 0L;
        for (var i = 0; i < headers.Count; i++)
            bytes += headers[i].Key.Length + (headers[i].GetValueBytes()?.Length ?? 0);
        return bytes;
    }

    private void Clear()
    {
        (Waiting, WaitingBytes) = (0, 0);
        Headers = [];
    }
}
