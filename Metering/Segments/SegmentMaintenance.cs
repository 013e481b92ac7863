using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Segments;

/// <summary>Makes segments ahead, closes the one that is old or large enough, builds the filters of closed ones, and drops those that outlived their retention.</summary>
public sealed class SegmentMaintenance(NpgsqlDataSource dataSource, SegmentPolicy policy)
{
    /// <summary>No segment is dropped until the end of the transaction. Taken before any other lock: whoever drops one may wait for those.</summary>
    internal const string KeepSegmentsSql = "select pg_advisory_xact_lock_shared (20261124, 2)";

    // One process at a time does this work; the others try again later.
    private const string TryLockSql = "select pg_try_advisory_lock (20261124, 2)";
    private const string UnlockSql = "select pg_advisory_unlock (20261124, 2)";

    private const string NextSql = "select id from event_segments where opened_at is null";

    private const string LastSql = "select max(id) from event_segments";

    private const string IsFullSql = """
        select pg_relation_size(format('usage_events_%s_pkey', id)::regclass) >= @bytes or (opened_at <= now() - @age and exists (select from usage_events e where e.segment = s.id))
        from event_segments s where opened_at is not null and closed_at is null
        """;

    private const string RotateSql = """
        update event_segments set closed_at = clock_timestamp() where opened_at is not null and closed_at is null;
        update event_segments set opened_at = clock_timestamp() where id = @next;
        """;

    private const string UnfilteredSql = """
        select id from event_segments where filter is null and closed_at > now() - @window order by id desc limit 1
        """;

    // Not while a partition's log is cut, or read again: what was counted of it is known by the keys that are kept. And not what a meter that got other dimensions
    // still has to count anew: it was counted before, and the figures must not drop.
    private const string OutlivedSql = """
        select id from event_segments
        where closed_at < now() - @retention
          and not exists (
            select from ingest_offsets
            where stream_id = (select max(id) from ingest_streams) and (is_cut or next_offset < read_again_until))
          and not exists (
            select from meter_backfills join meters m on generation = meter_id
            where done_at is null and generation <> m.id and segment <= event_segments.id)
        order by id
        """;

    /// <summary>One round of all of it; does nothing while another process is at it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await ScalarAsync<bool>(connection, TryLockSql, cancellationToken) is not true)
            return;

        try
        {
            var next = await MakeAheadAsync(connection, cancellationToken);
            if (await ScalarAsync<bool>(connection, IsFullSql, cancellationToken, Of("bytes", policy.MaxKeyIndexBytes), Of("age", policy.MaxAge)))
                await RotateAsync(connection, next, cancellationToken);
            while (await ScalarAsync<int?>(connection, UnfilteredSql, cancellationToken, Of("window", policy.DedupeWindow)) is { } segment)
                await BuildFilterAsync(connection, segment, cancellationToken);
            while (await ScalarAsync<int?>(connection, OutlivedSql, cancellationToken, Of("retention", policy.Retention)) is { } segment)
                await DropAsync(connection, segment, cancellationToken);
        }
        finally
        {
            await ScalarAsync<bool>(connection, UnlockSql, CancellationToken.None);
        }
    }

    /// <summary>Closes the open segment now, whatever its size, and builds its filter.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await RotateAsync(connection, await MakeAheadAsync(connection, cancellationToken), cancellationToken);
        await RunAsync(cancellationToken);
    }

    private static async Task<int> MakeAheadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await ScalarAsync<int?>(connection, NextSql, cancellationToken) is { } ready)
            return ready;

        var next = await ScalarAsync<int>(connection, LastSql, cancellationToken) + 1;

        // Attached afterwards, because to create it as a partition would lock all events against reading and writing.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"""
            create table usage_events_{next} (like usage_events including defaults, primary key (key), check (segment = {next}));
            alter table usage_events attach partition usage_events_{next} for values in ({next});
            insert into event_segments (id) values ({next});
            """, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return next;
    }

    private static async Task RotateAsync(NpgsqlConnection connection, int next, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, CountingLock.PatienceSql, cancellationToken);
        await ExecuteAsync(connection, CountingLock.ExclusiveSql, cancellationToken);
        await ExecuteAsync(connection, RotateSql, cancellationToken, Of("next", next));
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task BuildFilterAsync(NpgsqlConnection connection, int segment, CancellationToken cancellationToken)
    {
        var filter = KeyFilter.For(await ScalarAsync<long>(connection, $"select count(*) from usage_events_{segment}", cancellationToken));
        await using (var keys = await connection.BeginBinaryExportAsync($"copy usage_events_{segment} (key) to stdout (format binary)", cancellationToken))
        {
            while (await keys.StartRowAsync(cancellationToken) >= 0)
                filter.Add(await keys.ReadAsync<Guid>(NpgsqlDbType.Uuid, cancellationToken));
        }

        await ExecuteAsync(
            connection, "update event_segments set filter = @filter where id = @id", cancellationToken, Of("filter", filter.Bytes), Of("id", segment));
    }

    private static async Task DropAsync(NpgsqlConnection connection, int segment, CancellationToken cancellationToken)
    {
        // First, so that whoever misses an event finds it noted.
        if (await ScalarAsync<bool>(connection, $"select to_regclass('usage_events_{segment}') is not null", cancellationToken))
            await ExecuteAsync(connection, $"update dropped_events set latest_time = greatest(latest_time, (select max(time) from usage_events_{segment}))", cancellationToken);

        // Concurrently: a plain drop would wait for every running query, and everything else for the drop. What a killed process left half done is finished.
        if (await ScalarAsync<bool?>(connection, $"select inhdetachpending from pg_inherits where inhrelid = to_regclass('usage_events_{segment}')", cancellationToken) is { } pending)
            await ExecuteAsync(connection, $"alter table usage_events detach partition usage_events_{segment} {(pending ? "finalize" : "concurrently")}", cancellationToken);

        // Together: a sink that still lists the segment would look into a table that is gone.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"drop table if exists usage_events_{segment}", cancellationToken);
        await ExecuteAsync(connection, "delete from event_segments where id = @id", cancellationToken, Of("id", segment));
        await transaction.CommitAsync(cancellationToken);
    }

    private static NpgsqlParameter Of(string name, object value) => new(name, value);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<T?> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : default;
    }
}
