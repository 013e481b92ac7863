using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.Metering.Backfills;

/// <summary>
/// Creates a meter and, in the same transaction, draws the border between the events that were stored before it and those that the sink counts live:
/// the offset at which each partition stands. An event's place in the log tells on which side it is. <see cref="MeterBackfill"/> counts the former.
/// </summary>
public static class MeterHandOver
{
    /// <summary>How long the creation waits for running sink transactions, and the sink for the creation. Longer than the second after which autovacuum gives way.</summary>
    public static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(4);

    // The table and not its rows: a partition that is taken over for the first time has no row to lock yet. Each sink transaction begins by moving offsets,
    // so those that run are through when the lock is granted, and the next ones begin after the commit and see the meter in the catalog.
    private const string LockSql = "lock table ingest_offsets in share mode";

    // A partition without a row is one that the sink first saw after the meter: it is counted live from its start.
    private const string StartsSql = """
        insert into meter_starts (meter_id, stream_id, partition, from_offset)
        select {0}, stream_id, partition, next_offset from ingest_offsets
        """;

    // Sinks wait until this transaction ends, so what is stored lies in the segments up to the open one. Where nothing is, nothing is left to do.
    private const string BackfillSql = """
        insert into meter_backfills (meter_id, first_segment, segment, last_segment, hours_since, state, total, done_at)
        select {0}, min(id), min(id), max(id), case when stored then (select days_until from rollup_seals) else '-infinity' end,
               case when stored then 'pending' else 'done' end, case when not stored then 0 end, case when not stored then now() end
        from event_segments, (select exists (select from usage_events where tenant_id = {1}) as stored) as tenant
        where opened_at is not null
        group by stored
        """;

    private const string IsCompleteSql = """
        select done_at is not null as "Value" from meter_backfills where meter_id = {0}
        """;

    // An API process that is frozen in between must not hold up counting.
    private const string TimeoutsSql = """
        select set_config('lock_timeout', {0}, true), set_config('idle_in_transaction_session_timeout', {0}, true)
        """;

    /// <summary>All or nothing. Waits at most <see cref="LockTimeout"/> for each lock.</summary>
    /// <exception cref="DbUpdateException">The slug is taken.</exception>
    /// <exception cref="HandOverTimeoutException">A lock was not granted in time.</exception>
    public static Task CreateAsync(MeteringDbContext context, Meter meter, CancellationToken cancellationToken)
    {
        context.Add(meter);
        return InTransactionAsync(context, meter, InsertAsync, cancellationToken);
    }

    /// <summary>Saves in one transaction that holds up counting for a moment, and never for longer.</summary>
    internal static async Task InTransactionAsync(
        MeteringDbContext context, Meter meter, Func<MeteringDbContext, Meter, CancellationToken, Task> saveAsync, CancellationToken cancellationToken)
    {
        try
        {
            // Where retries are on, a commit of unknown result is resolved by looking for the meter.
            await context.Database.CreateExecutionStrategy().ExecuteInTransactionAsync(
                (context, meter, saveAsync),
                static async (state, token) =>
                {
                    await state.context.Database.ExecuteSqlRawAsync(TimeoutsSql, [$"{LockTimeout.TotalMilliseconds}ms"], token);
                    await state.saveAsync(state.context, state.meter, token);
                },
                static (state, token) => state.context.Meters.AnyAsync(m => m.Generation == state.meter.Generation, token),
                cancellationToken);
        }
        catch (Exception e) when (e.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
        {
            throw new HandOverTimeoutException(e);
        }

        context.ChangeTracker.AcceptAllChanges();
    }

    /// <summary>Draws the border of the meter's generation and queues its backfill; true where nothing is stored, and it is complete already.</summary>
    internal static async Task<bool> DrawBorderAsync(MeteringDbContext context, Meter meter, CancellationToken cancellationToken)
    {
        await context.Database.ExecuteSqlRawAsync(LockSql, cancellationToken);
        await context.Database.ExecuteSqlRawAsync(StartsSql, [meter.Generation.ToUuid()], cancellationToken);
        await context.Database.ExecuteSqlRawAsync(BackfillSql, [meter.Generation.ToUuid(), meter.TenantId.ToUuid()], cancellationToken);
        return await context.Database.SqlQueryRaw<bool>(IsCompleteSql, meter.Generation.ToUuid()).SingleAsync(cancellationToken);
    }

    private static async Task InsertAsync(MeteringDbContext context, Meter meter, CancellationToken cancellationToken)
    {
        // First, so that the lock is held only for the rest: no sink waits for a meter that turns out to be refused.
        await context.SaveChangesAsync(acceptAllChangesOnSuccess: false, cancellationToken);
        await DrawBorderAsync(context, meter, cancellationToken);
    }
}

/// <summary>Counting did not pause for a meter in time; nothing was created or changed.</summary>
#pragma warning disable CA1032 // Thrown in one place, always with its cause.
public sealed class HandOverTimeoutException(Exception cause) : Exception("Counting did not pause for the meter in time.", cause)
#pragma warning restore CA1032
{
}
