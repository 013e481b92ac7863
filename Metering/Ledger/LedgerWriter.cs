using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Ledger;

/// <summary>The counts of one transaction per tenant, minute of ingest and partition (so that partitions don't wait for each other's row).</summary>
internal sealed class LedgerWriter
{
    private const string Sql = """
        insert into ledger as l (tenant_id, minute, stream_id, partition, received, counted, duplicates, different_payload, unmatched, dead_lettered)
        select * from unnest(@tenants, @minutes, @streams, @partitions, @received, @counted, @duplicates, @different, @unmatched, @dead)
        on conflict (tenant_id, minute, stream_id, partition) do update set
            received = l.received + excluded.received,
            counted = l.counted + excluded.counted,
            duplicates = l.duplicates + excluded.duplicates,
            different_payload = l.different_payload + excluded.different_payload,
            unmatched = l.unmatched + excluded.unmatched,
            dead_lettered = l.dead_lettered + excluded.dead_lettered
        """;

    private readonly Dictionary<(Guid Tenant, DateTimeOffset Minute, int Stream, int Partition), LedgerCounts> _rows = [];

    public LedgerCounts Total { get; private set; }

    public void Add(PartitionClaim claim, IngestRecord record, LedgerCounts counts)
    {
        var key = (record.TenantId.ToUuid(), Minute.Of(record.IngestedAt), claim.StreamId, claim.Partition);
        _rows[key] = _rows.GetValueOrDefault(key) + counts;
        Total += counts;
    }

    public NpgsqlBatchCommand Command()
    {
        var rows = _rows.OrderBy(row => row.Key).ToList();
        return new NpgsqlBatchCommand(Sql)
        {
            Parameters =
            {
                SqlArray.Of("tenants", NpgsqlDbType.Uuid, rows, row => row.Key.Tenant),
                SqlArray.Of("minutes", NpgsqlDbType.TimestampTz, rows, row => row.Key.Minute),
                SqlArray.Of("streams", NpgsqlDbType.Integer, rows, row => row.Key.Stream),
                SqlArray.Of("partitions", NpgsqlDbType.Integer, rows, row => row.Key.Partition),
                SqlArray.Of("received", NpgsqlDbType.Bigint, rows, row => row.Value.Received),
                SqlArray.Of("counted", NpgsqlDbType.Bigint, rows, row => row.Value.Counted),
                SqlArray.Of("duplicates", NpgsqlDbType.Bigint, rows, row => row.Value.Duplicates),
                SqlArray.Of("different", NpgsqlDbType.Bigint, rows, row => row.Value.DifferentPayload),
                SqlArray.Of("unmatched", NpgsqlDbType.Bigint, rows, row => row.Value.Unmatched),
                SqlArray.Of("dead", NpgsqlDbType.Bigint, rows, row => row.Value.DeadLettered),
            },
        };
    }
}
