using CloudNative.Metering.Database;
using CloudNative.Metering.Rollups;
using Npgsql;

namespace CloudNative.Metering.Backfills;

/// <summary>What one page of a backfill brought.</summary>
/// <param name="MeterId">Whose backfill.</param>
/// <param name="Scanned">Stored events that were looked at.</param>
/// <param name="Counted">Of those, what the meter counted.</param>
/// <param name="IsDone">The backfill is complete, or ended because the meter was deleted.</param>
/// <param name="IsLost">Another process was faster: nothing of this page was written.</param>
public sealed record BackfillStep(Ulid MeterId, long Scanned, long Counted, bool IsDone, bool IsLost);

/// <summary>
/// Counts for meters what was stored before they were created, page by page. A page's rollups and the position behind it are written in ONE transaction,
/// and only if the position is still where the page began: a page counts once, whoever was killed, frozen or doubled meanwhile.
/// The next page is read while one is written, so that a core of the database and one here are busy. Not safe for use by two threads at once; several
/// processes share the work.
/// </summary>
public sealed class MeterBackfill(NpgsqlDataSource dataSource)
{
    // The planner knows little of a segment that is being filled, and might sort all of it for each page; compiling costs more than the page.
    private const string SettingsSql = "set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off; set jit = off";

    /// <summary>So many pages of one meter follow each other, before others that wait have their turn.</summary>
    private const int MaxRun = 16;

    private MeterCatalog? _catalog;
    private ReadAhead? _ahead;
    private int _run;

    /// <summary>Counts the next page of whichever backfill waited longest; null when there is nothing to do.</summary>
    /// <param name="pageSize">Events of the tenant that a page looks at, at most.</param>
    /// <param name="cancellationToken">Nothing of the page is counted when it is cancelled before the commit.</param>
    public async Task<BackfillStep?> RunPageAsync(int pageSize, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var preferred = ++_run % MaxRun == 0 ? null : _ahead?.Claim.MeterId;
        if (await BackfillClaim.TakeAsync(connection, preferred, cancellationToken) is not { } claim)
            return null;

        if (_catalog?.Version != claim.CatalogVersion)
            _catalog = await MeterCatalog.LoadAsync(connection, null, cancellationToken);
        if (_catalog.Find(claim.MeterId) is not { } meter)
            return await CancelAsync(connection, claim, cancellationToken);

        var page = await TakeAheadAsync(claim, cancellationToken) ?? await ReadAsync(meter, claim, pageSize, cancellationToken);
        if (page.Next is { } next)
            _ahead = StartAhead(meter, claim with { Position = next }, pageSize, cancellationToken);
        while (true)
        {
            try
            {
                return await page.WriteAsync(connection, cancellationToken);
            }
            catch (PostgresException e) when (IsRefusal(e) && page.Scanned > 1)
            {
                // Halved until the event that is refused stands alone; the page then passes over it.
                page = await ReadAsync(meter, claim, (int)page.Scanned / 2, cancellationToken);
            }
        }
    }

    /// <summary>How many backfills are not complete.</summary>
    public async Task<long> CountOpenAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select count(*) from meter_backfills where done_at is null");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>What the values are to blame for: PostgreSQL's classes 22 (data exception), 23 (constraint) and 54 (a limit of the program).</summary>
    internal static bool IsRefusal(PostgresException exception) => exception.SqlState[..2] is "22" or "23" or "54";

    private ReadAhead StartAhead(CountingMeter meter, BackfillClaim claim, int size, CancellationToken cancellationToken)
    {
        var page = ReadAsync(meter, claim, size, cancellationToken);

        // It may be dropped; its failure is then nobody's concern.
        _ = page.ContinueWith(
            static read => read.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return new ReadAhead(claim, page);
    }

    /// <summary>The page that was read ahead, if it is the one that is claimed: the position may have moved, or not.</summary>
    private async Task<BackfillPage?> TakeAheadAsync(BackfillClaim claim, CancellationToken cancellationToken)
    {
        var ahead = _ahead;
        _ahead = null;
        if (ahead?.Claim.MeterId != claim.MeterId || ahead.Claim.Position != claim.Position)
            return null;

        try
        {
            return await ahead.Page;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Read again now: the claim would hold the others off until it ends.
            return null;
        }
    }

    private async Task<BackfillPage> ReadAsync(CountingMeter meter, BackfillClaim claim, int size, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var settings = new NpgsqlCommand(SettingsSql, connection);
        await settings.ExecuteNonQueryAsync(cancellationToken);
        return await BackfillPage.ReadAsync(connection, meter, claim, size, cancellationToken);
    }

    private static async Task<BackfillStep> CancelAsync(NpgsqlConnection connection, BackfillClaim claim, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "update meter_backfills set state = 'cancelled', done_at = now(), updated_at = now() where meter_id = @meter and done_at is null", connection);
        command.Parameters.AddWithValue("meter", claim.MeterId.ToUuid());
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new BackfillStep(claim.MeterId, 0, 0, IsDone: true, IsLost: false);
    }

    private sealed record ReadAhead(BackfillClaim Claim, Task<BackfillPage> Page);
}
