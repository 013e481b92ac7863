using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.Metering.Backfills;

/// <summary>
/// Saves an edit. Other dimensions have everything counted anew, into the series of another generation, as for a new meter: from a border that is drawn in
/// the same transaction, by the sink and by a backfill. What was complete before is counted on meanwhile, and ends with the backfill's last page.
/// </summary>
public static class MeterRegrouping
{
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
}
