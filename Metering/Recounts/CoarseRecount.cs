using CloudNative.Metering.Database;
using CloudNative.Metering.Rollups;
using Npgsql;

namespace CloudNative.Metering.Recounts;

/// <summary>Adds up the minutes of an hour, and at six in the morning those of the day before, and compares that with the hours and days that queries read.</summary>
internal static class CoarseRecount
{
    /// <summary>With this hour the whole day before is compared.</summary>
    public const int HourOfTheDayBefore = 6;

    // Before its seal a piece is not rolled up yet, and hours of before a meter's hours_since never are: only its days are complete there.
    private static readonly string Sql = $"""
        with b as (
            select series, {RollupColumns.All.Aggregated} from rollups where minute >= @from and minute < @to group by series
        ), a as (
            select * from coarse_rollups where hours = @hours and start = @from
        )
        select m.tenant_id, m.slug, coalesce(a.events, 0), coalesce(b.events, 0), {RollupColumns.InWords("a")}, {RollupColumns.InWords("b")}
        from b full join a using (series) join series s on s.key = series join meter_generations m on m.generation = s.meter_id
        left join meter_backfills f on f.meter_id = m.generation
        where @to <= (select case @hours when 1 then hours_until else days_until end from rollup_seals)
          and (@hours = 24 or @from >= coalesce(f.hours_since, '-infinity'))
          and {RollupColumns.Differ}
        order by m.slug
        limit 1000
        """;

    private const string DistinctSql = """
        with fine as (
            select distinct series, value from distinct_values where hours = 0 and start >= @from and start < @to
        ), coarse as (
            select series, value from distinct_values where hours = @hours and start = @from
        )
        select m.tenant_id, m.slug, count(coarse), count(fine)
        from fine full join coarse using (series, value) join series s on s.key = series join meter_generations m on m.generation = s.meter_id
        left join meter_backfills f on f.meter_id = m.generation
        where @to <= (select case @hours when 1 then hours_until else days_until end from rollup_seals)
          and (@hours = 24 or @from >= coalesce(f.hours_since, '-infinity'))
          and (fine is null or coarse is null)
        group by m.tenant_id, m.slug
        order by m.slug
        limit 1000
        """;

    /// <summary>What does not agree, by tenant and in words.</summary>
    public static async Task<IReadOnlyList<(Ulid Tenant, string Difference)>> CompareAsync(
        NpgsqlConnection connection, DateTimeOffset hour, CancellationToken cancellationToken)
    {
        var found = new List<(Ulid, string)>();
        await CompareAsync(connection, 1, hour, found, cancellationToken);
        if (hour.Hour == HourOfTheDayBefore)
            await CompareAsync(connection, 24, hour.AddHours(-24 - HourOfTheDayBefore), found, cancellationToken);
        return found;
    }

    private static async Task CompareAsync(
        NpgsqlConnection connection, int hours, DateTimeOffset from, List<(Ulid, string)> found, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(Sql, hours, from), Command(DistinctSql, hours, from) }, Timeout = 0 };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((
                reader.GetGuid(0).ToUlid(),
                $"{Place(reader, hours, from)} has {reader.GetInt64(2)} events and {reader.GetString(4)}, its minutes make {reader.GetInt64(3)} and {reader.GetString(5)}"));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((
                reader.GetGuid(0).ToUlid(),
                $"{Place(reader, hours, from)} has {reader.GetInt64(2)} distinct values that its minutes do not have, and lacks {reader.GetInt64(3)} that they have"));
        }
    }

    private static string Place(NpgsqlDataReader reader, int hours, DateTimeOffset from) =>
        $"{from:yyyy-MM-dd HH:mm} meter '{reader.GetString(1)}': the {(hours == 1 ? "hour" : "day")}";

    private static NpgsqlBatchCommand Command(string sql, int hours, DateTimeOffset from) =>
        new(sql) { Parameters = { new("hours", hours), new("from", from), new("to", from.AddHours(hours)) } };
}
