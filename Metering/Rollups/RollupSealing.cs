using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>
/// Rolls minutes up to hours, and hours to days of UTC, once they are over. Until then only minutes are written, so that counting what happens now costs one row a
/// series; what comes later for an hour that was rolled up is added to all three by whoever counts it.
/// </summary>
public sealed class RollupSealing(NpgsqlDataSource dataSource)
{
    /// <summary>So long after its end an hour is rolled up: most of what belongs to it has come.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMinutes(5);

    private const string NextSql = "select hours_until from rollup_seals where hours_until + interval '1 hour' + @delay <= @now";

    private static readonly string HourSql = $"""
        insert into coarse_rollups (series, hours, start, first_minute, last_minute, {RollupColumns.All.Names})
        select series, 1, @hour, min(minute), max(minute), {RollupColumns.All.Aggregated}
        from rollups where minute >= @hour and minute < @hour + interval '1 hour'
        group by series
        """;

    private static readonly string DaySql = $"""
        insert into coarse_rollups (series, hours, start, first_minute, last_minute, {RollupColumns.All.Names})
        select series, 24, @hour - interval '23 hours', min(first_minute), max(last_minute), {RollupColumns.All.Aggregated}
        from coarse_rollups where hours = 1 and start > @hour - interval '1 day' and start <= @hour
        group by series
        """;

    private const string DistinctHourSql = """
        insert into distinct_values (series, hours, start, value)
        select distinct series, 1, @hour, value
        from distinct_values where hours = 0 and start >= @hour and start < @hour + interval '1 hour'
        """;

    private const string DistinctDaySql = """
        insert into distinct_values (series, hours, start, value)
        select distinct series, 24, @hour - interval '23 hours', value
        from distinct_values where hours = 1 and start > @hour - interval '1 day' and start <= @hour
        """;

    private const string SealSql = """
        update rollup_seals set hours_until = @hour + interval '1 hour', days_until = date_trunc('day', @hour + interval '1 hour', 'UTC')
        """;

    /// <summary>Rolls up every hour that is over at <paramref name="now"/>, one transaction each.</summary>
    public async Task RunAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        while (await NextAsync(connection, now, cancellationToken) is not null)
            await SealAsync(connection, now, cancellationToken);
    }

    private static async Task SealAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var exclusive = new NpgsqlBatch(connection) { BatchCommands = { new(CountingLock.PatienceSql), new(CountingLock.ExclusiveSql) } };
        await exclusive.ExecuteNonQueryAsync(cancellationToken);

        // Read again: another process may have been faster.
        if (await NextAsync(connection, now, cancellationToken) is not { } hour)
            return;

        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(HourSql, hour), Command(DistinctHourSql, hour) }, Timeout = 0 };
        if (hour.AddHours(1).UtcDateTime.TimeOfDay == TimeSpan.Zero)
        {
            batch.BatchCommands.Add(Command(DaySql, hour));
            batch.BatchCommands.Add(Command(DistinctDaySql, hour));
        }

        batch.BatchCommands.Add(Command(SealSql, hour));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<DateTimeOffset?> NextAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(NextSql, connection);
        command.Parameters.AddWithValue("delay", Delay);
        command.Parameters.AddWithValue("now", now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    private static NpgsqlBatchCommand Command(string sql, DateTimeOffset hour) => new(sql) { Parameters = { new("hour", hour) } };
}
