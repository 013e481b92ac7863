using System.Text.Json;
using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Rollups;

/// <summary>Adds a batch's deltas to the rollups.</summary>
internal static class RollupWriter
{
    private const string SeriesSql = """
        insert into series (key, meter_id, subject, dimensions)
        select * from unnest(@keys, @meters, @subjects, @dimensions)
        on conflict (key) do nothing
        """;

    private static readonly string SumsSql = RollupsSql(RollupColumns.Sums, "unnest(@series, @minutes, @events, @totals) as added (series, minute, events, total)");

    private static readonly string PickedSql = RollupsSql(RollupColumns.All, """
        (select series, minute, events, null::numeric as total, lowest, highest, latest::numeric[] as latest
         from unnest(@series, @minutes, @events, @lowest, @highest, @latest) as picked (series, minute, events, lowest, highest, latest)) as added
        """);

    // A value is in its hour and its day, too, as soon as they are rolled up, like the rollups.
    private const string DistinctSql = """
        insert into distinct_values (series, hours, start, value)
        select distinct series, grain.hours, date_trunc(grain.unit, minute, 'UTC'), value
        from unnest(@series, @minutes, @values) as added (series, minute, value), rollup_seals,
             lateral (values (0, 'minute', '-infinity', 'infinity'), (1, 'hour', @hours_since, hours_until), (24, 'day', '-infinity', days_until))
                 as grain (hours, unit, since, until)
        where minute >= grain.since and minute < grain.until
        order by 1, 2, 3, 4
        on conflict do nothing
        """;

    public static NpgsqlBatchCommand SeriesCommand(IReadOnlyCollection<Series> series) => new(SeriesSql)
    {
        Parameters =
        {
            SqlArray.Of("keys", NpgsqlDbType.Uuid, series, row => row.Key),
            SqlArray.Of("meters", NpgsqlDbType.Uuid, series, row => row.MeterId.ToUuid()),
            SqlArray.Of("subjects", NpgsqlDbType.Text, series, row => row.Subject),
            SqlArray.Of("dimensions", NpgsqlDbType.Jsonb, series, row => JsonSerializer.Serialize(row.Dimensions)),
        },
    };

    /// <summary>Adds all figures. Sums have a statement of their own, which does not pay for the columns that they never fill.</summary>
    /// <param name="deltas">What to add.</param>
    /// <param name="hoursSince">Minutes before are not added to their hour: the meter's hours are not read there.</param>
    public static IEnumerable<NpgsqlBatchCommand> Commands(RollupDeltas deltas, DateTimeOffset hoursSince)
    {
        if (deltas.Sums is { Count: > 0 } sums)
            yield return Command(SumsSql, sums, hoursSince, SqlArray.Of("totals", NpgsqlDbType.Numeric, sums, row => row.Total));
        if (deltas.Picked is { Count: > 0 } picked)
        {
            yield return Command(
                PickedSql, picked, hoursSince,
                SqlArray.Of("lowest", NpgsqlDbType.Numeric, picked, row => row.Picked?.Lowest),
                SqlArray.Of("highest", NpgsqlDbType.Numeric, picked, row => row.Picked?.Highest),
                SqlArray.Of("latest", NpgsqlDbType.Text, picked, row => row.Picked?.Latest?.ToSqlText()));
        }

        if (deltas.Distinct is { Count: > 0 } distinct)
            yield return DistinctCommand(distinct, hoursSince);
    }

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyCollection<RollupDelta> rows, DateTimeOffset hoursSince, params NpgsqlParameter[] figures)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                SqlArray.Of("series", NpgsqlDbType.Uuid, rows, row => row.Series),
                SqlArray.Of("minutes", NpgsqlDbType.TimestampTz, rows, row => row.Minute),
                SqlArray.Of("events", NpgsqlDbType.Bigint, rows, row => row.Events),
                new NpgsqlParameter("hours_since", NpgsqlDbType.TimestampTz) { Value = hoursSince },
            },
        };
        foreach (var figure in figures)
            command.Parameters.Add(figure);
        return command;
    }

    private static NpgsqlBatchCommand DistinctCommand(IReadOnlyCollection<DistinctValue> values, DateTimeOffset hoursSince) => new(DistinctSql)
    {
        Parameters =
        {
            SqlArray.Of("series", NpgsqlDbType.Uuid, values, row => row.Series),
            SqlArray.Of("minutes", NpgsqlDbType.TimestampTz, values, row => row.Minute),
            SqlArray.Of("values", NpgsqlDbType.Uuid, values, row => row.Value),
            new NpgsqlParameter("hours_since", NpgsqlDbType.TimestampTz) { Value = hoursSince },
        },
    };

    // The inner group by adds up what decimal could not hold exactly (see RollupDeltas). Minutes that are rolled up already are added to their hour and day,
    // too; the transaction holds the counting lock, so no minute is rolled up between here and its commit.
    private static string RollupsSql(RollupColumns columns, string added) => $"""
        with delta as materialized (
            select series, minute, {columns.Aggregated}
            from {added}
            group by series, minute
        ), coarse as (
            insert into coarse_rollups as r (series, hours, start, first_minute, last_minute, {columns.Names})
            select series, grain.hours, date_trunc(grain.unit, minute, 'UTC'), min(minute), max(minute), {columns.Aggregated}
            from delta, rollup_seals, lateral (values (1, 'hour', @hours_since, hours_until), (24, 'day', '-infinity', days_until)) as grain (hours, unit, since, until)
            where minute >= grain.since and minute < grain.until
            group by 1, 2, 3
            order by 1, 2, 3
            on conflict (series, hours, start) do update set
                first_minute = least(r.first_minute, excluded.first_minute), last_minute = greatest(r.last_minute, excluded.last_minute), {columns.Merged}
        )
        insert into rollups as r (series, minute, {columns.Names})
        select series, minute, {columns.Names} from delta
        order by series, minute
        on conflict (series, minute) do update set {columns.Merged}
        """;
}
