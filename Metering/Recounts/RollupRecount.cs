using CloudNative.Metering.Database;
using CloudNative.Metering.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Recounts;

/// <summary>Counts the events of an hour again for every meter of a tenant, by the code that counts, and compares that with the rollups.</summary>
internal sealed class RollupRecount(NpgsqlConnection connection, MeterCatalog catalog, DateTimeOffset hour)
{
    /// <summary>At most so many events are counted for a meter, of as many minutes as have them: some seconds of work, and their series in memory.</summary>
    public const long MaxEvents = 1_000_000;

    private const int MinutesOfAnHour = 60;

    private const int MaxDifferences = 1_000;

    private const string StoredSql = """
        select type, extract(minute from time at time zone 'UTC')::integer, count(*)
        from usage_events
        where tenant_id = @tenant and time >= @from and time < @to and type = any (@types)
        group by 1, 2
        """;

    // Where segments were dropped, an event that came long before its time may be gone, and its rollup stays.
    private static readonly string CompareSql = $"""
        with b as (
            select series, minute, {RollupColumns.All.Aggregated}
            from (select series, minute, events, total, lowest, highest, latest::numeric[] as latest
                  from unnest(@series, @minutes, @events, @totals, @lowest, @highest, @latest) as d (series, minute, events, total, lowest, highest, latest)) as delta
            group by series, minute
        ), a as (
            select r.* from series s join rollups r on r.series = s.key
            where s.meter_id = @meter and r.minute >= @from and r.minute < @to
        )
        select minute, coalesce(a.events, 0), coalesce(b.events, 0), {RollupColumns.InWords("a")}, {RollupColumns.InWords("b")}
        from b full join a using (series, minute)
        where {RollupColumns.Differ}
          and (exists (select from event_segments where id = 1) or coalesce(a.events, 0) <= coalesce(b.events, 0))
        order by minute
        limit @limit
        """;

    private const string CompareDistinctSql = """
        with counted as (
            select * from unnest(@series, @minutes, @values) as d (series, minute, value)
        ), kept as (
            select d.series, d.start as minute, d.value from series s join distinct_values d on d.series = s.key and d.hours = 0
            where s.meter_id = @meter and d.start >= @from and d.start < @to
        )
        select minute, count(kept), count(counted)
        from counted full join kept using (series, minute, value)
        where kept is null or counted is null and exists (select from event_segments where id = 1)
        group by minute
        order by minute
        limit @limit
        """;

    /// <summary>What does not agree, in words.</summary>
    public async Task<IReadOnlyList<string>> CompareAsync(Ulid tenantId, CancellationToken cancellationToken)
    {
        var meters = catalog.Of(tenantId).ToList();
        var stored = await StoredAsync(tenantId, meters, cancellationToken);
        var differences = new List<string>();
        foreach (var meter in meters)
        {
            if (Stretch(stored[meter.EventType], MaxEvents, hour.Hour * 7 % MinutesOfAnHour) is var (first, minutes))
                await CompareAsync(meter, hour.AddMinutes(first), hour.AddMinutes(first + minutes), differences, cancellationToken);
        }

        return differences;
    }

    /// <summary>The whole hour, if it has at most so many events; else the minutes from <paramref name="start"/> on that have, or from the next minute that has; null when none has.</summary>
    internal static (int First, int Minutes)? Stretch(IReadOnlyList<long> events, long max, int start)
    {
        if (events.Sum() <= max)
            return (0, events.Count);

        for (var skipped = 0; skipped < events.Count; skipped++)
        {
            var first = (start + skipped) % events.Count;
            var (sum, minutes) = (0L, 0);
            while (first + minutes < events.Count && sum + events[first + minutes] <= max)
                sum += events[first + minutes++];
            if (minutes > 0)
                return (first, minutes);
        }

        return null;
    }

    /// <summary>By type: how many events each minute of the hour has.</summary>
    private async Task<Dictionary<string, long[]>> StoredAsync(Ulid tenantId, List<CountingMeter> meters, CancellationToken cancellationToken)
    {
        var stored = meters.Select(meter => meter.EventType).Distinct().ToDictionary(type => type, _ => new long[MinutesOfAnHour]);
        await using var command = new NpgsqlCommand(StoredSql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        command.Parameters.AddWithValue("from", hour);
        command.Parameters.AddWithValue("to", hour.AddHours(1));
        command.Parameters.AddWithValue("types", stored.Keys.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            stored[reader.GetString(0)][reader.GetInt32(1)] = reader.GetInt64(2);
        return stored;
    }

    private async Task CompareAsync(CountingMeter meter, DateTimeOffset from, DateTimeOffset to, List<string> differences, CancellationToken cancellationToken)
    {
        var deltas = new RollupDeltas();
        await StoredEvents.CountAsync(connection, meter, (from, to), [], deltas, timeout: 0, cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        foreach (var command in (NpgsqlBatchCommand[])[RowsCommand(deltas.Rows), DistinctCommand(deltas.Distinct)])
        {
            command.Parameters.AddWithValue("from", from);
            command.Parameters.AddWithValue("to", to);
            command.Parameters.AddWithValue("limit", MaxDifferences);
            command.Parameters.AddWithValue("meter", meter.Id.ToUuid());
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            differences.Add(
                $"{reader.GetFieldValue<DateTimeOffset>(0):HH:mm} meter '{meter.Slug}': the rollups have {reader.GetInt64(1)} events and {reader.GetString(3)}, "
                + $"the stored events make {reader.GetInt64(2)} and {reader.GetString(4)}");
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            differences.Add(
                $"{reader.GetFieldValue<DateTimeOffset>(0):HH:mm} meter '{meter.Slug}': the rollups have {reader.GetInt64(1)} distinct values that the stored events "
                + $"do not have, and lack {reader.GetInt64(2)} that they have");
        }
    }

    private static NpgsqlBatchCommand RowsCommand(IReadOnlyCollection<RollupDelta> rows) => new(CompareSql)
    {
        Parameters =
        {
            SqlArray.Of("series", NpgsqlDbType.Uuid, rows, row => row.Series),
            SqlArray.Of("minutes", NpgsqlDbType.TimestampTz, rows, row => row.Minute),
            SqlArray.Of("events", NpgsqlDbType.Bigint, rows, row => row.Events),
            SqlArray.Of("totals", NpgsqlDbType.Numeric, rows, row => row.Total),
            SqlArray.Of("lowest", NpgsqlDbType.Numeric, rows, row => row.Picked?.Lowest),
            SqlArray.Of("highest", NpgsqlDbType.Numeric, rows, row => row.Picked?.Highest),
            SqlArray.Of("latest", NpgsqlDbType.Text, rows, row => row.Picked?.Latest?.ToSqlText()),
        },
    };

    private static NpgsqlBatchCommand DistinctCommand(IReadOnlyCollection<DistinctValue> values) => new(CompareDistinctSql)
    {
        Parameters =
        {
            SqlArray.Of("series", NpgsqlDbType.Uuid, values, row => row.Series),
            SqlArray.Of("minutes", NpgsqlDbType.TimestampTz, values, row => row.Minute),
            SqlArray.Of("values", NpgsqlDbType.Uuid, values, row => row.Value),
        },
    };
}
