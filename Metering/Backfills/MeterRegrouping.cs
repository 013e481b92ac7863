using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Segments;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.Metering.Backfills;

/// <summary>
/// Saves an edit. Other dimensions have everything counted anew, into the series of another generation, as for a new meter: from a border that is drawn in
/// the same transaction, by the sink and by a backfill. What was complete before is counted on meanwhile, and ends with the backfill's last page. Segments are
/// kept for the backfill; where one that the meter counted from is gone already, the edit is refused.
/// </summary>
public static class MeterRegrouping
{
    // Segments are dropped from the oldest on, so the first that a generation counted from tells of all. One that is being dropped is detached first.
    private const string LostBeforeSql = """
        select oldest.opened_at as "Value" from event_segments oldest
        where oldest.id = (select min(s.id) from event_segments s join pg_inherits i on i.inhrelid = to_regclass('usage_events_' || s.id) and not i.inhdetachpending)
          and exists (
              select from meter_generations g join meter_backfills b on b.meter_id = g.generation
              where g.meter_id = {0} and b.first_segment < oldest.id and exists (select from series where series.meter_id = g.generation))
        """;

    // Before the meter's row is changed, in the order in which a backfill's last page takes them. A generation that was not complete is worth nothing now.
    private const string GiveUpSql = """
        update meter_backfills set state = 'cancelled', done_at = now(), updated_at = now() where meter_id = {0} and done_at is null
        """;

    private const string RetireSql = "insert into retired_generations (generation) values ({0})";

    private const string ReplaceSql = """
        insert into replaced_generations (meter_id, generation, group_by) values ({0}, {1}, {2}::jsonb)
        """;

    private const string EndReplacedSql = """
        with ended as (delete from replaced_generations where meter_id = {0} returning generation)
        insert into retired_generations (generation) select generation from ended
        """;

    /// <summary>All or nothing, and only if nobody changed the meter since it was read. Waits at most <see cref="MeterHandOver.LockTimeout"/> for each lock.</summary>
    /// <exception cref="DbUpdateConcurrencyException">Somebody changed or deleted the meter meanwhile.</exception>
    /// <exception cref="HandOverTimeoutException">A lock was not granted in time.</exception>
    /// <exception cref="OutlivedUsageException">Usage that the meter has would be lost.</exception>
    public static async Task SaveAsync(MeteringDbContext context, Meter changed, CancellationToken cancellationToken)
    {
        var generation = context.Entry(changed).Property(meter => meter.Generation);
        if (generation.OriginalValue == changed.Generation)
            await context.SaveChangesAsync(cancellationToken);
        else
            await MeterHandOver.InTransactionAsync(context, changed, RegroupAsync, cancellationToken);
    }

    private static async Task RegroupAsync(MeteringDbContext context, Meter changed, CancellationToken cancellationToken)
    {
        await RefuseLossAsync(context, changed, cancellationToken);
        var before = context.Entry(changed).OriginalValues;
        var replaced = before.GetValue<Ulid>(nameof(Meter.Generation)).ToUuid();
        var wasIncomplete = await context.Database.ExecuteSqlRawAsync(GiveUpSql, [replaced], cancellationToken) > 0;
        await context.SaveChangesAsync(acceptAllChangesOnSuccess: false, cancellationToken);
        var isComplete = await MeterHandOver.DrawBorderAsync(context, changed, cancellationToken);
        if (isComplete)
            await context.Database.ExecuteSqlRawAsync(EndReplacedSql, [changed.Id.ToUuid()], cancellationToken);
        if (isComplete || wasIncomplete)
            await context.Database.ExecuteSqlRawAsync(RetireSql, [replaced], cancellationToken);
        else
        {
            var groupBy = JsonTextMap.Write(before.GetValue<IReadOnlyDictionary<string, string>>(nameof(Meter.GroupBy)));
            await context.Database.ExecuteSqlRawAsync(ReplaceSql, [changed.Id.ToUuid(), replaced, groupBy], cancellationToken);
        }
    }

    private static async Task RefuseLossAsync(MeteringDbContext context, Meter changed, CancellationToken cancellationToken)
    {
        await context.Database.ExecuteSqlRawAsync(SegmentMaintenance.KeepSegmentsSql, cancellationToken);
        var lost = await context.Database.SqlQueryRaw<DateTimeOffset>(LostBeforeSql, changed.Id.ToUuid()).ToListAsync(cancellationToken);
        if (lost is [var storedSince])
            throw new OutlivedUsageException(storedSince);
    }
}

/// <summary>The meter counted events that outlived their retention since, so its usage can't be counted anew; nothing was changed.</summary>
/// <param name="storedSince">Events that were stored before are gone.</param>
#pragma warning disable CA1032 // Thrown in one place, always with the time.
public sealed class OutlivedUsageException(DateTimeOffset storedSince) : Exception($"Events that were stored before {storedSince.UtcDateTime:u} are no longer kept.")
#pragma warning restore CA1032
{
    public DateTimeOffset StoredSince { get; } = storedSince;
}
