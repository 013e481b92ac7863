using System.Data;
using CloudNative.Metering.Database;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Time;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Recounts;

/// <summary>
/// Counts closed hours of the books again, from the events and dead letters that are stored, and the rollups of the same hours. The sink writes all of them in one
/// transaction, so they agree in every snapshot, and whatever differs is an alarm: a fault of the code, or somebody's hand. So is what was acknowledged in the hour and
/// is not in the books although its part of the log is counted. What an hour said when it was recounted is kept, so that the work goes on where
/// it stopped, and an hour that got more since is recounted.
/// </summary>
public sealed class BookRecount(NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>So long after its end an hour is taken to be closed: it has been rolled up by then. Records that are counted later lead to another recount.</summary>
    public static readonly TimeSpan ClosedAfter = RollupSealing.Delay + TimeSpan.FromMinutes(5);

    /// <summary>How far back hours are looked at.</summary>
    public static readonly TimeSpan LookBack = TimeSpan.FromDays(7);

    private const int MaxDetailLength = 2_000;

    // One process at a time does this work; the others try again later.
    private const string TryLockSql = "select pg_try_advisory_lock(20261124, 3)";
    private const string UnlockSql = "select pg_advisory_unlock(20261124, 3)";

    // acknowledged: of an hour whose books are gone altogether it still tells. What is missing does not change unless one of the sides does; what is pending may
    // be missing later. A day's own recount (see CoarseRecount) is due whenever something was received
    // on that day, and a tenant may differ in an hour in which it received nothing. Of an hour before the oldest segment, some events may have been dropped;
    // segment 1 is dropped first.
    private const string PendingSql = """
        with booked as (
            select tenant_id, date_trunc('hour', minute, 'UTC') as hour, sum(received)::bigint as received, sum(acknowledged)::bigint as acknowledged
            from (
                select tenant_id, minute, received, 0 as acknowledged from ledger where minute >= @from and minute < @closed
                union all
                select tenant_id, minute, 0, events from acknowledged where minute >= @from and minute < @closed
                union all
                select distinct tenant_id, date_trunc('day', minute, 'UTC') + interval '30 hours', 0, 0 from ledger where minute >= @from - interval '30 hours'
                union all
                select tenant_id, hour, 0, 0 from recounts where differences > 0
            ) as sides
            where minute >= @from and minute < @closed
            group by tenant_id, hour
        )
        select booked.hour
        from booked left join recounts r on r.tenant_id = booked.tenant_id and r.hour = booked.hour
        where (r.hour is null or r.received <> booked.received or r.acknowledged <> booked.acknowledged or r.differences > 0 or r.pending > 0)
          and (exists (select from event_segments where id = 1) or booked.hour > (select min(opened_at) + interval '1 hour' from event_segments))
        group by booked.hour
        order by min(r.checked_at) nulls first, booked.hour
        limit @limit
        """;

    private const string CompareSql = """
        with booked as (
            select tenant_id, minute, stream_id, partition, counted + unmatched as events, dead_lettered as letters
            from ledger where minute >= @hour and minute < @end
        ), stored as (
            select tenant_id, date_trunc('minute', ingested_at, 'UTC') as minute, stream_id, partition, count(*) as events
            from usage_events where ingested_at >= @hour and ingested_at < @end
            group by 1, 2, 3, 4
        ), dead as (
            select tenant_id, date_trunc('minute', ingested_at, 'UTC') as minute, stream_id, partition, count(*) as letters
            from dead_letters where ingested_at >= @hour and ingested_at < @end
            group by 1, 2, 3, 4
        )
        select tenant_id, minute, partition, coalesce(booked.events, 0), coalesce(stored.events, 0), coalesce(booked.letters, 0), coalesce(dead.letters, 0)
        from booked
        full join stored using (tenant_id, minute, stream_id, partition)
        full join dead using (tenant_id, minute, stream_id, partition)
        where coalesce(booked.events, 0) <> coalesce(stored.events, 0) or coalesce(booked.letters, 0) <> coalesce(dead.letters, 0)
        order by minute, partition
        """;

    private const string TenantsSql = "select distinct tenant_id from ledger where minute >= @hour and minute < @end";

    // Every tenant that had a row gets it anew, so that what differed and now agrees is cleared.
    private const string KeepSql = """
        insert into recounts (tenant_id, hour, received, acknowledged, pending, missing, checked_at, differences, detail)
        select tenant_id, @hour, coalesce(max(received), 0), coalesce(max(acknowledged), 0), coalesce(max(pending), 0), coalesce(max(missing), 0), @now,
               coalesce(max(differences), 0), coalesce(max(detail), '')
        from (
            select tenant_id, received, acknowledged, pending, missing, null::integer as differences, null::text as detail
            from unnest(@booked, @received, @acknowledged, @pending, @missing) as books (tenant_id, received, acknowledged, pending, missing)
            union all
            select tenant_id, null, null, null, null, null, null from ledger where @has_day and minute >= @hour - interval '30 hours' and minute < @hour - interval '6 hours'
            union all
            select tenant_id, null, null, null, null, null, null from recounts where hour = @hour
            union all
            select tenant_id, null, null, null, null, differences, detail from unnest(@tenants, @differences, @details) as found (tenant_id, differences, detail)
        ) as hour
        group by tenant_id
        on conflict (tenant_id, hour) do update
            set received = excluded.received, acknowledged = excluded.acknowledged, pending = excluded.pending, missing = excluded.missing, checked_at = excluded.checked_at, differences = excluded.differences, detail = excluded.detail
        """;

    /// <summary>Recounts at most so many hours, those first that were never recounted, then those that differed; does nothing while another process is at it.</summary>
    /// <returns>What does not agree or is missing, by tenant and hour.</returns>
    public async Task<IReadOnlyList<HourRecount>> RunAsync(int maxHours, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var tryLock = new NpgsqlCommand(TryLockSql, connection);
        if (await tryLock.ExecuteScalarAsync(cancellationToken) is not true)
            return [];

        try
        {
            var differing = new List<HourRecount>();
            foreach (var hour in await PendingAsync(connection, maxHours, cancellationToken))
                differing.AddRange(await RecountAsync(connection, hour, cancellationToken));
            return differing;
        }
        finally
        {
            await using var unlock = new NpgsqlCommand(UnlockSql, connection);
            await unlock.ExecuteScalarAsync(CancellationToken.None);
        }
    }

    /// <summary>Hours that began before are closed.</summary>
    internal static DateTimeOffset ClosedUntil(TimeProvider clock) => StartOfHour(clock.GetUtcNow() - ClosedAfter);

    private async Task<List<DateTimeOffset>> PendingAsync(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        var closed = ClosedUntil(clock);
        await using var command = new NpgsqlCommand(PendingSql, connection);
        command.Parameters.AddWithValue("from", closed - LookBack);
        command.Parameters.AddWithValue("closed", closed);
        command.Parameters.AddWithValue("limit", limit);
        var hours = new List<DateTimeOffset>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            hours.Add(reader.GetFieldValue<DateTimeOffset>(0));
        return hours;
    }

    /// <summary>One snapshot for all that is read, so that what the sink commits meanwhile is in all of it or in none.</summary>
    private async Task<IReadOnlyList<HourRecount>> RecountAsync(NpgsqlConnection connection, DateTimeOffset hour, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var found = await CompareAsync(connection, hour, cancellationToken);
        await CompareRollupsAsync(connection, transaction, hour, found, cancellationToken);
        var counted = (await LedgerBounds.ReadAsync(connection, cancellationToken)).CountedUntil;
        var books = await LedgerQuery.HourAsync(connection, hour, counted, cancellationToken);
        var now = clock.GetUtcMicroseconds();
        var telling = found.Keys.Union(books.Where(tenant => tenant.Value.Missing > 0).Select(tenant => tenant.Key))
            .Select(tenant => (Tenant: tenant, Differences: found.GetValueOrDefault(tenant) ?? []))
            .Select(one => new HourRecount(one.Tenant, hour, now, one.Differences.Count, Shorten(string.Join("; ", one.Differences)))
            {
                Missing = books.GetValueOrDefault(one.Tenant)?.Missing ?? 0,
            })
            .ToList();
        await KeepAsync(connection, hour, now, books, telling, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return telling;
    }

    private static async Task<Dictionary<Ulid, List<string>>> CompareAsync(NpgsqlConnection connection, DateTimeOffset hour, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CompareSql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("hour", hour);
        command.Parameters.AddWithValue("end", hour.AddHours(1));
        var found = new Dictionary<Ulid, List<string>>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var tenant = reader.GetGuid(0).ToUlid();
            if (!found.TryGetValue(tenant, out var differences))
                found[tenant] = differences = [];
            differences.Add(
                $"{reader.GetFieldValue<DateTimeOffset>(1):HH:mm} partition {reader.GetInt32(2)}: the books have {reader.GetInt64(3)} events and "
                + $"{reader.GetInt64(5)} dead letters, stored are {reader.GetInt64(4)} and {reader.GetInt64(6)}");
        }

        return found;
    }

    private static async Task CompareRollupsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset hour, Dictionary<Ulid, List<string>> found, CancellationToken cancellationToken)
    {
        var rollups = new RollupRecount(connection, await MeterCatalog.LoadAsync(connection, transaction, cancellationToken), hour);
        foreach (var tenant in await TenantsAsync(connection, hour, cancellationToken))
        {
            var differences = await rollups.CompareAsync(tenant, cancellationToken);
            if (differences.Count > 0)
                found[tenant] = [.. found.GetValueOrDefault(tenant) ?? [], .. differences];
        }

        foreach (var (tenant, difference) in await CoarseRecount.CompareAsync(connection, hour, cancellationToken))
            found[tenant] = [.. found.GetValueOrDefault(tenant) ?? [], difference];
    }

    private static async Task<List<Ulid>> TenantsAsync(NpgsqlConnection connection, DateTimeOffset hour, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TenantsSql, connection);
        command.Parameters.AddWithValue("hour", hour);
        command.Parameters.AddWithValue("end", hour.AddHours(1));
        var tenants = new List<Ulid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            tenants.Add(reader.GetGuid(0).ToUlid());
        return tenants;
    }

    private static async Task KeepAsync(
        NpgsqlConnection connection, DateTimeOffset hour, DateTimeOffset now, IReadOnlyDictionary<Ulid, LedgerRow> books,
        IReadOnlyCollection<HourRecount> telling, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(KeepSql, connection);
        command.Parameters.AddWithValue("hour", hour);
        command.Parameters.AddWithValue("now", now);
        command.Parameters.AddWithValue("has_day", hour.Hour == CoarseRecount.HourOfTheDayBefore);
        command.Parameters.Add(SqlArray.Of("booked", NpgsqlDbType.Uuid, books, tenant => tenant.Key.ToUuid()));
        command.Parameters.Add(SqlArray.Of("received", NpgsqlDbType.Bigint, books, tenant => tenant.Value.Counts.Received));
        command.Parameters.Add(SqlArray.Of("acknowledged", NpgsqlDbType.Bigint, books, tenant => tenant.Value.Acknowledged));
        command.Parameters.Add(SqlArray.Of("pending", NpgsqlDbType.Bigint, books, tenant => tenant.Value.Pending));
        command.Parameters.Add(SqlArray.Of("missing", NpgsqlDbType.Bigint, books, tenant => tenant.Value.Missing));
        command.Parameters.Add(SqlArray.Of("tenants", NpgsqlDbType.Uuid, telling, recount => recount.TenantId.ToUuid()));
        command.Parameters.Add(SqlArray.Of("differences", NpgsqlDbType.Integer, telling, recount => recount.Differences));
        command.Parameters.Add(SqlArray.Of("details", NpgsqlDbType.Text, telling, recount => recount.Detail));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Shorten(string text) => text.Length <= MaxDetailLength ? text : $"{text[..MaxDetailLength]}…";

    private static DateTimeOffset StartOfHour(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerHour, TimeSpan.Zero);
}
