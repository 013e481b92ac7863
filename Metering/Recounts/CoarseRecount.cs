using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Metering.Recounts;

/// <summary>Adds up the minutes of an hour, and at six in the morning those of the day before, and compares that with the hours and days that queries read.</summary>
internal static class CoarseRecount
{
    /// <summary>With this hour the whole day before is compared.</summary>
    public const int HourOfTheDayBefore = 6;

    // Before its seal a piece is not rolled up yet, and hours of before a meter's hours_since never are: only its days are complete there.
    private const string Sql = """
        with fine as (
            select series, sum(events)::bigint as events, sum(total) as total from rollups where minute >= @from and minute < @to group by series
        ), coarse as (
            select series, events, total from coarse_rollups where hours = @hours and start = @from
        )
        select m.tenant_id, m.slug, coalesce(coarse.events, 0), coalesce(fine.events, 0), coalesce(coarse.total::text, 'none'), coalesce(fine.total::text, 'none')
        from fine full join coarse using (series) join series s on s.key = series join meters m on m.id = s.meter_id
        left join meter_backfills b on b.meter_id = m.id
        where @to <= (select case @hours when 1 then hours_until else days_until end from rollup_seals)
          and (@hours = 24 or @from >= coalesce(b.hours_since, '-infinity'))
          and (coalesce(fine.events, 0) <> coalesce(coarse.events, 0) or fine.total is distinct from coarse.total)
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
        await using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("hours", hours);
        command.Parameters.AddWithValue("from", from);
        command.Parameters.AddWithValue("to", from.AddHours(hours));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((
                reader.GetGuid(0).ToUlid(),
                $"{from:yyyy-MM-dd HH:mm} meter '{reader.GetString(1)}': the {(hours == 1 ? "hour" : "day")} has {reader.GetInt64(2)} events and {reader.GetString(4)}, "
                + $"its minutes make {reader.GetInt64(3)} and {reader.GetString(5)}"));
        }
    }
}
