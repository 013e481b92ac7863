using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.DeadLetters;

/// <summary>Adds the dead letters of a batch; a record's place in the log is its key, so a replay adds nothing.</summary>
internal static class DeadLetterWriter
{
    private const string Sql = """
        insert into dead_letters (stream_id, partition, "offset", tenant_id, ingested_at, reason, detail, value, id, event_key)
        select * from unnest(@streams, @partitions, @offsets, @tenants, @ingested, @reasons, @details, @values, @ids, @event_keys)
        on conflict do nothing
        """;

    public static NpgsqlBatchCommand Command(IReadOnlyCollection<DeadLetter> letters) => new(Sql)
    {
        Parameters =
        {
            SqlArray.Of("streams", NpgsqlDbType.Integer, letters, letter => letter.Claim.StreamId),
            SqlArray.Of("partitions", NpgsqlDbType.Integer, letters, letter => letter.Claim.Partition),
            SqlArray.Of("offsets", NpgsqlDbType.Bigint, letters, letter => letter.Record.Offset),
            SqlArray.Of("tenants", NpgsqlDbType.Uuid, letters, letter => letter.Record.TenantId.ToUuid()),
            SqlArray.Of("ingested", NpgsqlDbType.TimestampTz, letters, letter => letter.Record.IngestedAt),
            SqlArray.Of("reasons", NpgsqlDbType.Text, letters, letter => letter.Rejection.Reason),
            SqlArray.Of("details", NpgsqlDbType.Text, letters, letter => letter.Rejection.Detail),
            SqlArray.Of("values", NpgsqlDbType.Bytea, letters, letter => letter.Record.Value.ToArray()),
            SqlArray.Of("ids", NpgsqlDbType.Uuid, letters, _ => Ulid.NewUlid().ToUuid()),
            SqlArray.Of("event_keys", NpgsqlDbType.Uuid, letters, letter => letter.EventKey()),
        },
    };
}
