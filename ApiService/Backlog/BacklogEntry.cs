using System.Diagnostics.Metrics;
using System.IO.Hashing;
using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;

namespace CloudNative.ApiService.Backlog;

/// <summary>The records that one request wants to send: all of them get room in the log, or none.</summary>
internal sealed class BacklogEntry(PartitionPressure[] partitions, Counter<long> refused)
{
    // Headers, lengths, and the head of a batch that holds nothing else: an upper bound, since what is in flight can't be looked at.
    public const int RecordOverhead = 256;

    /// <summary>
    /// What the largest request needs at most: its body, every subject once more (a key is the tenant's ULID, a colon and the subject), and what its records
    /// add.
    /// </summary>
    public const long LargestRequest = 2 * ApiLimits.MaxBodyBytes + UsageEventReader.MaxBatchLength * (RecordOverhead + 27L);

    private readonly long[] _bytes = new long[partitions.Length];
    private readonly int[] _records = new int[partitions.Length];

    // One for the request, and one for each time that its records were sent and not all of them are answered for.
    private readonly ReferenceCount _holders = new();

    public void Add(byte[] key, int valueBytes)
    {
        if (_bytes.Length == 0)
            return;

        var partition = PartitionOf(key, _bytes.Length);
        _bytes[partition] += key.Length + valueBytes + RecordOverhead;
        _records[partition]++;
    }

    /// <summary>False when there is no room; else <see cref="Release"/> must follow when the request is over.</summary>
    public bool TryEnter()
    {
        for (var i = 0; i < _bytes.Length; i++)
        {
            if (_bytes[i] == 0 || partitions[i].Gate.TryEnter(_bytes[i]))
                continue;

            for (var j = 0; j < i; j++)
                partitions[j].Gate.Withdraw(_bytes[j]);
            refused.Add(1);
            return false;
        }

        return true;
    }

    /// <summary>The room is kept until <see cref="Release"/> was called once more.</summary>
    public void Hold() => _holders.TryAdd();

    public void Release()
    {
        if (!_holders.Release())
            return;
        for (var i = 0; i < _bytes.Length; i++)
            partitions[i].Gate.Leave(_bytes[i], _records[i]);
    }

    /// <summary>As librdkafka's partitioner <c>consistent</c>, which the producer uses.</summary>
    private static int PartitionOf(byte[] key, int partitions) => (int)(Crc32.HashToUInt32(key) % (uint)partitions);
}
