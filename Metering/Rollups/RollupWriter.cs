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

    // The inner group by adds up what decimal could not hold exactly (see RollupDeltas). Minutes that are rolled up already are added to their hour and day,
    // too; the transaction holds the counting lock, so no minute is rolled up between here and its commit.
    private const string RollupsSql = """
        with delta as materialized (
            select series, minute, sum(events)::bigint as events, sum(total) as total
            from unnest(@series, @minutes, @events, @totals) as added (series, minute, events, total)
            group by series, minute
        ), coarse as (
            insert into coarse_rollups as c
            select series, grain.hours, date_trunc(grain.unit, minute, 'UTC'), sum(events)::bigint, sum(total), min(minute), max(minute)
            from delta, rollup_seals, lateral (values (1, 'hour', @hours_since, hours_until), (24, 'day', '-infinity', days_until)) as grain (hours, unit, since, until)
            where minute >= grain.since and minute < grain.until
            group by 1, 2, 3
            order by 1, 2, 3
            on conflict (series, hours, start) do update set
                events = c.events + excluded.events, total = c.total + excluded.total,
                first_minute = least(c.first_minute, excluded.first_minute), last_minute = greatest(c.last_minute, excluded.last_minute)
        )
        insert into rollups as r (series, minute, events, total)
        select series, minute, events, total from delta
        order by series, minute
        on conflict (series, minute) do update set events = r.events + excluded.events, total = r.total + excluded.total
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

    /// <param name="rows">What to add.</param>
    /// <param name="hoursSince">Minutes before are not added to their hour: the meter's hours are not read there.</param>
    public static NpgsqlBatchCommand RollupsCommand(IReadOnlyCollection<RollupDelta> rows, DateTimeOffset hoursSince) => new(RollupsSql)
    {
        Parameters =
        {
            SqlArray.Of("series", NpgsqlDbType.Uuid, rows, row => row.Series),
            SqlArray.Of("minutes", NpgsqlDbType.TimestampTz, rows, row => row.Minute),
            SqlArray.Of("events", NpgsqlDbType.Bigint, rows, row => row.Events),
            SqlArray.Of("totals", NpgsqlDbType.Numeric, rows, row => row.Total),
            new NpgsqlParameter("hours_since", NpgsqlDbType.TimestampTz) { Value = hoursSince },
        },
    };
}
