using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Rollups;

/// <summary>From which offset of a partition a meter is counted live.</summary>
internal sealed record MeterStart(Ulid MeterId, int StreamId, int Partition, long FromOffset);

/// <summary>
/// Records, in the sink's transaction, from which offset of each partition it counts a meter. That is the exact border between the events that were
/// stored before the meter existed and those that were counted live: an event's place in the log tells on which side it is.
/// </summary>
internal sealed class MeterStarts
{
    private const string Sql = """
        insert into meter_starts (meter_id, stream_id, partition, from_offset)
        select * from unnest(@meters, @streams, @partitions, @offsets)
        on conflict do nothing
        """;

    private readonly Dictionary<(int StreamId, int Partition), (long Version, HashSet<Ulid> Meters)> _recorded = [];

    /// <summary>What this transaction must record: the meters that one of its partitions does not count yet.</summary>
    public IReadOnlyCollection<MeterStart> Missing(MeterCatalog catalog, IReadOnlyCollection<PartitionBatch> batches) =>
    [
        .. from batch in batches
           let recorded = _recorded.GetValueOrDefault((batch.Claim.StreamId, batch.Claim.Partition))
           where recorded.Version != catalog.Version
           from meter in catalog.All
           where recorded.Meters?.Contains(meter.Id) != true
           orderby meter.Id, batch.Claim.Partition
           select new MeterStart(meter.Id, batch.Claim.StreamId, batch.Claim.Partition, batch.Claim.NextOffset),
    ];

    /// <summary>To be called once the transaction is committed.</summary>
    public void Remember(MeterCatalog catalog, IReadOnlyCollection<PartitionBatch> batches)
    {
        foreach (var batch in batches)
            _recorded[(batch.Claim.StreamId, batch.Claim.Partition)] = (catalog.Version, catalog.MeterIds);
    }

    public static NpgsqlBatchCommand Command(IReadOnlyCollection<MeterStart> starts) => new(Sql)
    {
        Parameters =
        {
            SqlArray.Of("meters", NpgsqlDbType.Uuid, starts, start => start.MeterId.ToUuid()),
            SqlArray.Of("streams", NpgsqlDbType.Integer, starts, start => start.StreamId),
            SqlArray.Of("partitions", NpgsqlDbType.Integer, starts, start => start.Partition),
            SqlArray.Of("offsets", NpgsqlDbType.Bigint, starts, start => start.FromOffset),
        },
    };
}
