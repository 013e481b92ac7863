using CloudNative.Metering.Database;
using CloudNative.Metering.Segments;
using Npgsql;

namespace CloudNative.Bench.Servers;

/// <summary>Fills the dedupe window: segments of stored events with keys that no new event has, closed and filtered as the product does it.</summary>
internal static class StoredKeysFill
{
    /// <summary>What the product's default puts into one segment.</summary>
    private const int SegmentKeys = 5_000_000;

    private const string OpenSql = "select id from event_segments where opened_at is not null and closed_at is null";

    // md5 spreads keys as the product's hash does.
    private const string FillSql = """
        insert into usage_events (segment, key, tenant_id, time, ingested_at, "offset", stream_id, partition, type, subject, source, id, event)
        select @segment, md5('stored ' || i)::uuid, @tenant, now() - i * interval '1 millisecond', now(), i, 0, 0, 'stored', 'nobody', 'bench', i::text, '\x'
        from generate_series(@first, @last) i
        """;

    public static async Task RunAsync(NpgsqlDataSource database, Ulid tenantId, long keys, CancellationToken cancellationToken)
    {
        var maintenance = new SegmentMaintenance(database, SegmentPolicy.Default);
        for (var first = 0L; first < keys; first += SegmentKeys)
        {
            await using var open = database.CreateCommand(OpenSql);
            await using var fill = database.CreateCommand(FillSql);
            fill.CommandTimeout = 0;
            fill.Parameters.AddWithValue("segment", (int)(await open.ExecuteScalarAsync(cancellationToken))!);
            fill.Parameters.AddWithValue("tenant", tenantId.ToUuid());
            fill.Parameters.AddWithValue("first", first);
            fill.Parameters.AddWithValue("last", Math.Min(keys, first + SegmentKeys) - 1);
            await fill.ExecuteNonQueryAsync(cancellationToken);
            await maintenance.CloseAsync(cancellationToken);
        }
    }
}
