using CloudNative.Bench.Load;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Bench.Servers;

/// <summary>
/// Writes rollups as the sink would leave them: in the order of time, so that the rows of one subject lie as scattered as they do in a table that grew.
/// </summary>
internal static class HistoryFill
{
    private const string SeriesSql = """
        insert into series (key, meter_id, subject, dimensions)
        select key, (select id from meters), subject, jsonb_build_array(kind, model) from numbered
        """;

    private static readonly string RollupsSql = $"""
        insert into rollups (series, minute, events, total)
        select n.key, @from + e.minute * interval '1 minute', e.events, e.total
        from (
            select {HistoryEvents.Series} as series, {HistoryEvents.Minute("/")} as minute, count(*) as events, sum({HistoryEvents.Tokens}) as total
            from generate_series(0::bigint, @events - 1) i
            group by 1, 2) e
        join numbered n on n.number = e.series
        order by e.minute
        """;

    // All of it is over, so it is rolled up.
    private const string CoarseSql = """
        insert into coarse_rollups (series, hours, start, events, total, first_minute, last_minute)
        select series, grain.hours, date_trunc(grain.unit, minute, 'UTC') as start, sum(events), sum(total), min(minute), max(minute)
        from rollups, (values (1, 'hour'), (24, 'day')) as grain (hours, unit)
        group by series, grain.hours, start
        order by start
        """;

    public static async Task RunAsync(string connectionString, long events, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, "set work_mem = '1GB'", cancellationToken);
        await ExecuteAsync(connection, "create temp table numbered (number bigint primary key, key uuid, subject text, kind text, model text)", cancellationToken);
        await NumberAsync(connection, cancellationToken);
        await ExecuteAsync(connection, SeriesSql, cancellationToken);
        await ExecuteAsync(connection, RollupsSql, cancellationToken, new("from", HistoryEvents.From), new("events", events));
        await ExecuteAsync(connection, CoarseSql, cancellationToken);
        await ExecuteAsync(connection, "vacuum analyze rollups, coarse_rollups, series", cancellationToken);
    }

    private static async Task NumberAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("select id from meters", connection);
        var meter = ((Guid)(await find.ExecuteScalarAsync(cancellationToken))!).ToUlid();
        await using var copy = await connection.BeginBinaryImportAsync("copy numbered from stdin (format binary)", cancellationToken);
        for (var number = 0; number < HistoryEvents.SeriesCount; number++)
        {
            var (subject, kind, model) = (HistoryEvents.Subject(number), HistoryEvents.Kind(number), HistoryEvents.Model(number));
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync((long)number, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(UsageEventKey.Of(meter, [subject, kind, model]), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(subject, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(kind, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(model, NpgsqlDbType.Text, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
