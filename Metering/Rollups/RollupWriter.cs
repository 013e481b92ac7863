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

    // The inner group by adds up what decimal could not hold exactly (see RollupDeltas).
    private const string RollupsSql = """
        insert into rollups as r (series, minute, events, total)
        select series, minute, sum(events)::bigint, sum(total)
        from unnest(@series, @minutes, @events, @totals) as delta (series, minute, events, total)
        group by series, minute
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

    public static NpgsqlBatchCommand RollupsCommand(IReadOnlyCollection<RollupDelta> rows) => new(RollupsSql)
    {
        Parameters =
        {
            SqlArray.Of("series", NpgsqlDbType.Uuid, rows, row => row.Series),
            SqlArray.Of("minutes", NpgsqlDbType.TimestampTz, rows, row => row.Minute),
            SqlArray.Of("events", NpgsqlDbType.Bigint, rows, row => row.Events),
            SqlArray.Of("totals", NpgsqlDbType.Numeric, rows, row => row.Total),
        },
    };
}
