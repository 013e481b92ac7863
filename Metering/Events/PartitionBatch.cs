using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CloudNative.Metering.Events;

/// <summary>A partition as one consumer owns it: the epoch ends the ownership of every consumer before it.</summary>
/// <param name="StreamId">The topic's incarnation, a row of <c>ingest_streams</c>.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Epoch">Raised by every take-over.</param>
/// <param name="NextOffset">The first offset that is not stored yet.</param>
public sealed record PartitionClaim(int StreamId, int Partition, long Epoch, long NextOffset)
{
    /// <summary>The log once ended before <see cref="NextOffset"/>: it must not go on there.</summary>
    public bool IsCut { get; init; }

    /// <summary>Records before this offset may have been counted long ago, as those of another stream.</summary>
    public long ReadAgainUntil { get; init; }

    /// <summary>What the log must still hold before anything behind it is counted; null when it was seen, or can't be.</summary>
    public CountedRecord? Last { get; init; }
}

/// <summary>Names a record by what a log that was cut does not hold in its place, however far it has grown again.</summary>
/// <param name="Offset">Its place.</param>
/// <param name="Hash">Of its time of ingest and its bytes. Stored: computed in another way, every partition would look cut.</param>
public readonly record struct CountedRecord(long Offset, long Hash)
{
    public static CountedRecord Of(IngestRecord record) =>
        new(record.Offset, BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(record.Value.Span)) ^ record.IngestedAt.ToUnixTimeMilliseconds());
}

/// <summary>
/// Consecutive records of one partition, from <see cref="PartitionClaim.NextOffset"/> to <paramref name="End"/> (exclusive). Offsets between them belong to
/// nobody: a transaction's mark, or a record of one that was aborted. There may be nothing but those.
/// </summary>
public sealed record PartitionBatch(PartitionClaim Claim, long End, IReadOnlyList<IngestRecord> Records)
{
    internal CountedRecord? Last => Records is [.., var record] ? CountedRecord.Of(record) : null;
}

/// <summary>One record of the log: an event that can be counted, or the reason why it can't.</summary>
public sealed record IngestRecord(long Offset, DateTimeOffset IngestedAt, Ulid TenantId, ReadOnlyMemory<byte> Value)
{
    /// <summary>Null exactly when <see cref="Rejection"/> is set.</summary>
    public UsageEvent? Event { get; init; }

    public Rejection? Rejection { get; init; }
}

/// <summary>Why a record becomes a dead letter.</summary>
/// <param name="Reason">A stable word: see <see cref="DeadLetters.DeadLetterReason"/>.</param>
/// <param name="Detail">What exactly was wrong, for people.</param>
public sealed record Rejection(string Reason, string Detail);

/// <summary>What became of the records that were handed to the store.</summary>
/// <param name="Counts">The books of this transaction; zero for partitions in <paramref name="Lost"/> or <paramref name="AlreadyStored"/>.</param>
/// <param name="Lost">Partitions that another consumer has taken over: their records were dropped here, and are counted there.</param>
/// <param name="AlreadyStored">Partitions whose records an earlier attempt had committed without learning of it.</param>
public sealed record StoreResult(Ledger.LedgerCounts Counts, IReadOnlyList<int> Lost, IReadOnlyList<int> AlreadyStored);
