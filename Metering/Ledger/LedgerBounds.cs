using Npgsql;

namespace CloudNative.Metering.Ledger;

/// <summary>What all processes have to know of the books.</summary>
/// <param name="CountedUntil">Everything that stood in the log at this time is counted; null when nobody knows yet.</param>
/// <param name="KeptFrom">Minutes before this are deleted, a day's start in UTC; null while none is.</param>
public sealed record LedgerBounds(DateTimeOffset? CountedUntil, DateTimeOffset? KeptFrom)
{
    private const string ReadSql = "select counted_until, kept_from from ledger_bounds";

    // Each API process knows for itself, and all of them are right.
    private const string CountedSql = "update ledger_bounds set counted_until = greatest(counted_until, @time)";

    public static async Task<LedgerBounds> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, cancellationToken);
    }

    /// <summary>The API, which looks at the log's ends, tells those that don't.</summary>
    public static async Task WriteCountedAsync(NpgsqlDataSource dataSource, DateTimeOffset countedUntil, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(CountedSql);
        command.Parameters.AddWithValue("time", countedUntil);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static async Task<LedgerBounds> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new LedgerBounds(
            await reader.IsDBNullAsync(0, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(0),
            await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(1));
    }
}
