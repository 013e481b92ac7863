using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>Deletes, bit by bit, what was counted for the dimensions that a meter no longer has.</summary>
public sealed class RetiredGenerations(NpgsqlDataSource dataSource)
{
    /// <summary>A query that read its meter just before the edit is through by then.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    private const int SeriesARound = 5_000;

    // With the counting lock: hours are rolled up under it, and would bring back series that are deleted meanwhile.
    private const string RowsSql = """
        with retired as (
            select generation from retired_generations where retired_at < now() - @rest order by retired_at limit 1 for update skip locked
        ), gone as (
            delete from series where key in (select key from series join retired on generation = meter_id limit @series) returning key
        ), minutes as (
            delete from rollups using gone where series = key
        ), coarse as (
            delete from coarse_rollups using gone where series = key
        ), distincts as (
            delete from distinct_values using gone where series = key
        )
        select generation, (select count(*) from gone) from retired
        """;

    private const string EndSql = """
        delete from meter_starts where meter_id = @generation;
        delete from meter_backfills where meter_id = @generation;
        delete from retired_generations where generation = @generation;
        """;

    /// <summary>One short transaction; true when there is more to do.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await DeleteAsync(connection, cancellationToken) is not var (generation, deleted))
            return false;

        if (deleted < SeriesARound)
        {
            await using var end = new NpgsqlCommand(EndSql, connection);
            end.Parameters.AddWithValue("generation", generation);
            await end.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<(Guid Generation, long Deleted)?> DeleteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = new NpgsqlBatchCommand(RowsSql) { Parameters = { new("rest", Rest), new("series", SeriesARound) } };
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(CountingLock.SharedSql), rows } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetGuid(0), reader.GetInt64(1)) : null;
    }
}
