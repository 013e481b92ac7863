using CloudNative.Metering.Database;
using CloudNative.Metering.Rollups;
using Npgsql;

namespace CloudNative.Metering.Ledger;

/// <summary>The books of one window, by the time of ingest.</summary>
public sealed record LedgerRow(DateTimeOffset WindowStart, DateTimeOffset WindowEnd, LedgerCounts Counts);

/// <summary>Reads the books of a tenant.</summary>
public sealed class LedgerQuery(NpgsqlDataSource dataSource)
{
    private const string Sql = """
        select date_trunc(@unit, minute, 'UTC') as window_start,
               sum(received)::bigint, sum(counted)::bigint, sum(duplicates)::bigint, sum(unmatched)::bigint, sum(dead_lettered)::bigint
        from ledger
        where tenant_id = @tenant and minute >= @from and minute < @to
        group by window_start
        order by window_start
        """;

    /// <summary>Windows without events give no row. MINUTE, HOUR and DAY only, in UTC.</summary>
    public async Task<IReadOnlyList<LedgerRow>> RunAsync(
        Ulid tenantId, DateTimeOffset from, DateTimeOffset to, WindowSize window, CancellationToken cancellationToken)
    {
        var (unit, length) = window switch
        {
            WindowSize.Minute => ("minute", TimeSpan.FromMinutes(1)),
            WindowSize.Hour => ("hour", TimeSpan.FromHours(1)),
            WindowSize.Day => ("day", TimeSpan.FromDays(1)),
            _ => throw new ArgumentOutOfRangeException(nameof(window), window, "The ledger is kept by MINUTE, HOUR and DAY."),
        };
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.AddWithValue("unit", unit);
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        command.Parameters.AddWithValue("from", from);
        command.Parameters.AddWithValue("to", to);
        var rows = new List<LedgerRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var start = reader.GetFieldValue<DateTimeOffset>(0);
            var counts = new LedgerCounts(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5));
            rows.Add(new LedgerRow(start, start + length, counts));
        }

        return rows;
    }
}
