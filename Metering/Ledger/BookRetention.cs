using Npgsql;

namespace CloudNative.Metering.Ledger;

/// <summary>
/// Deletes books that outlived their retention, what was recounted of them, and dead letters of that age about which somebody has decided. A letter that is open
/// stays, because it is an acknowledged event that was not counted; unless it names no tenant, and then nobody acknowledged it and nobody can decide.
/// </summary>
public sealed class BookRetention(NpgsqlDataSource dataSource)
{
    /// <summary>For so long books are kept when nothing else is configured.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromDays(400);

    // One process at a time does this work; the others try again later.
    private const string TryLockSql = "select pg_try_advisory_xact_lock(20261124, 4)";

    // In the transaction that deletes, so that whoever misses a minute finds it noted.
    private const string DeleteSql = """
        update ledger_bounds set kept_from = @before
        where (kept_from is null or kept_from < @before)
          and (exists (select from ledger where minute < @before) or exists (select from acknowledged where minute < @before));
        delete from ledger where minute < @before;
        delete from acknowledged where minute < @before;
        delete from recounts where hour < @before;
        delete from dead_letters d
        where stored_at < @before and ingested_at < @before
          and (state in ('replayed', 'discarded') or not exists (select from tenants t where t.id = d.tenant_id));
        """;

    /// <summary>Whole days of UTC only, so that every window of the ledger is whole or gone. Does nothing while another process is at it.</summary>
    public async Task RunAsync(DateTimeOffset outlived, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var tryLock = new NpgsqlCommand(TryLockSql, connection, transaction);
        if (await tryLock.ExecuteScalarAsync(cancellationToken) is not true)
            return;

        await using var delete = new NpgsqlCommand(DeleteSql, connection, transaction) { CommandTimeout = 0 };
        delete.Parameters.AddWithValue("before", new DateTimeOffset(outlived.UtcDateTime.Date, TimeSpan.Zero));
        await delete.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
