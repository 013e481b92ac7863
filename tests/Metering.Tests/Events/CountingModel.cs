using CloudNative.Metering.Ledger;

namespace CloudNative.Metering.Tests.Events;

/// <summary>What becomes of one partition's records in a transaction.</summary>
internal enum Fate
{
    Counted,

    /// <summary>An earlier attempt committed them.</summary>
    AlreadyStored,

    /// <summary>They are another consumer's.</summary>
    Lost,
}

/// <summary>A record as a producer made it.</summary>
/// <param name="Id">The event's; sent again, it counts no more.</param>
/// <param name="Payload">All else of it.</param>
internal sealed record MadeRecord(string Id, Payload Payload);

/// <summary>Without a value, no meter counts it; dead, it can't be read, and becomes a dead letter.</summary>
internal sealed record Payload(int Minute, string Subject, string Region, int? Value, bool IsDead = false);

/// <summary>What the store promises: in memory, one transaction after the other.</summary>
internal sealed class CountingModel(int partitions)
{
    private readonly (long Epoch, long Next)[] _partitions = new (long, long)[partitions];
    private readonly Dictionary<string, Payload> _stored = [];
    private readonly Dictionary<(int Minute, string Subject, string Region), decimal> _usage = [];
    private readonly List<(int Partition, long Offset)> _deadLetters = [];

    public LedgerCounts Books { get; private set; }

    public IReadOnlyCollection<string> Stored => _stored.Keys;

    public IReadOnlyDictionary<(int Minute, string Subject, string Region), decimal> Usage => _usage;

    public IReadOnlyCollection<(int Partition, long Offset)> DeadLetters => _deadLetters;

    public void TakeOver(int partition) => _partitions[partition].Epoch++;

    public Fate FateOf(int partition, long epoch, long start, long end) => _partitions[partition] switch
    {
        var (owner, _) when owner != epoch => Fate.Lost,
        var (_, next) when next == start => Fate.Counted,
        var (_, next) when next == end => Fate.AlreadyStored,
        _ => Fate.Lost,
    };

    /// <summary>The partition's next records; returns what the books say of them.</summary>
    public LedgerCounts Count(int partition, IEnumerable<MadeRecord> records)
    {
        var counts = default(LedgerCounts);
        foreach (var record in records)
        {
            counts += Count(record, (partition, _partitions[partition].Next));
            _partitions[partition].Next++;
        }

        Books += counts;
        return counts;
    }

    private LedgerCounts Count(MadeRecord record, (int Partition, long Offset) place)
    {
        if (record.Payload.IsDead)
        {
            _deadLetters.Add(place);
            return LedgerCounts.OneDeadLettered;
        }

        if (!_stored.TryAdd(record.Id, record.Payload))
            return _stored[record.Id] == record.Payload ? LedgerCounts.OneDuplicate : LedgerCounts.OneOfDifferentPayload;
        if (record.Payload is not { Value: { } value } payload)
            return LedgerCounts.OneUnmatched;
        var cell = (payload.Minute, payload.Subject, payload.Region);
        _usage[cell] = _usage.GetValueOrDefault(cell) + value;
        return LedgerCounts.OneCounted;
    }
}
