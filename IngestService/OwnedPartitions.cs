using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;

namespace CloudNative.IngestService;

/// <summary>The partitions that a lane owns, and the records of each that wait for their transaction.</summary>
internal sealed class OwnedPartitions
{
    /// <summary>What a record takes beside its value: objects, texts, places in lists. About as much again while it is stored.</summary>
    public const int RecordOverhead = 448;

    private readonly Dictionary<int, Owned> _partitions = [];

    /// <summary>Those of the waiting records; with those of records that were dropped, until the next transaction.</summary>
    public BatchTraces Traces { get; private set; } = new();

    public int Waiting { get; private set; }

    public long WaitingBytes { get; private set; }

    /// <summary>Records wait, or offsets that belong to none.</summary>
    public bool HasMore => _partitions.Values.Any(owned => owned.HasMore);

    public IEnumerable<PartitionClaim> Claims => _partitions.Values.Select(owned => owned.Claim);

    /// <summary>Claims of partitions whose log holds something else where the last counted record was: nothing of them is taken.</summary>
    public IEnumerable<PartitionClaim> Cut => _partitions.Values.Where(owned => owned.IsCut).Select(owned => owned.Claim);

    public bool IsWaiting(int partition) => _partitions.TryGetValue(partition, out var owned) && owned.Records.Count > 0;

    /// <summary>Whether the batch's partition is still owned as it was when the batch was taken.</summary>
    public bool Holds(PartitionBatch batch) => _partitions.TryGetValue(batch.Claim.Partition, out var owned) && owned.Claim == batch.Claim;

    /// <summary>Whatever waited under an older claim is dropped: it is read again from the new claim's offset.</summary>
    public void Assign(PartitionClaim claim)
    {
        Remove(claim.Partition);
        _partitions[claim.Partition] = new Owned { Claim = claim };
    }

    public void Remove(int partition)
    {
        if (!_partitions.Remove(partition, out var removed))
            return;

        Waiting -= removed.Records.Count;
        WaitingBytes -= removed.Records.Sum(BytesOf);
        // Else nothing would end them: there is no next transaction.
        if (Waiting == 0)
            Clear();
    }

    /// <summary>Ignores records of partitions that are not owned (any more), and those that were stored before.</summary>
    public void Add(int partition, IngestRecord record, Headers headers)
    {
        if (!_partitions.TryGetValue(partition, out var owned) || !owned.Reach(record.Offset + 1, record) || record.Offset < owned.Claim.NextOffset)
            return;

        owned.Records.Add(record);
        Traces.Add(headers);
        Waiting++;
        WaitingBytes += BytesOf(record);
    }

    /// <summary>All before the offset was read. What was not added has no record that counts: a transaction's marks, and what it aborted.</summary>
    public void Reach(int partition, long offset)
    {
        if (_partitions.TryGetValue(partition, out var owned))
            owned.Reach(offset, null);
    }

    /// <summary>Takes all that waits. What is added from now on belongs to the next transaction, which must not begin before <see cref="Advance"/>.</summary>
    public IReadOnlyList<PartitionBatch> Take()
    {
        var batches = _partitions.Values.Where(owned => owned.HasMore).Select(owned => owned.Take()).ToList();
        Clear();
        return batches;
    }

    /// <summary>The batch is stored: its partition goes on behind it, if this is still the claim that it was taken under.</summary>
    public bool Advance(PartitionBatch batch)
    {
        if (!Holds(batch))
            return false;

        _partitions[batch.Claim.Partition].Claim = batch.Claim with { NextOffset = batch.End };
        return true;
    }

    private static long BytesOf(IngestRecord record) => record.Value.Length + RecordOverhead;

    private void Clear()
    {
        (Waiting, WaitingBytes) = (0, 0);
        Traces = new BatchTraces();
    }

    private sealed class Owned
    {
        private long _readUntil;

        public required PartitionClaim Claim { get; set; }

        public List<IngestRecord> Records { get; private set; } = [];

        public bool IsCut { get; private set; }

        public bool HasMore => _readUntil > Claim.NextOffset;

        /// <summary>False when the log was cut: the last counted record was to come first, and did not.</summary>
        public bool Reach(long offset, IngestRecord? record)
        {
            if (Claim.Last is { } last && offset > last.Offset)
            {
                IsCut |= record is null || CountedRecord.Of(record) != last;
                if (IsCut)
                    return false;
                Claim = Claim with { Last = null };
            }

            _readUntil = Math.Max(_readUntil, offset);
            return true;
        }

        public PartitionBatch Take()
        {
            var batch = new PartitionBatch(Claim, _readUntil, Records);
            (_readUntil, Records) = (0, []);
            return batch;
        }
    }
}
