using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Recounts;

/// <summary>Counts the events of an hour again for every meter of a tenant, by the code that counts, and compares that with the rollups.</summary>
internal sealed class RollupRecount(NpgsqlConnection connection, MeterCatalog catalog, DateTimeOffset hour)
{
    /// <summary>Of a tenant with more events in the hour than this, one minute is counted: some seconds of work are what an hour may cost.</summary>
    public const long MaxEvents = 1_000_000;

    private const int MaxDifferences = 1_000;

    private const string EventsSql = """
        select type, subject, time, stream_id, partition, "offset", segment, key, event
        from usage_events
        where tenant_id = @tenant and time >= @from and time < @to and type = any (@types)
        """;

    // Where segments were dropped, an event that came long before its time may be gone, and its rollup stays.
    private const string CompareSql = """
        with counted as (
            select series, minute, sum(events)::bigint as events, sum(total) as total
            from unnest(@series, @minutes, @events, @totals) as delta (series, minute, events, total)
            group by series, minute
        ), kept as (
            select r.series, r.minute, r.events, r.total
            from series s join rollups r on r.series = s.key
            where s.meter_id = any (@meters) and r.minute >= @from and r.minute < @to
        )
        select series.meter_id, minute, coalesce(kept.events, 0), coalesce(counted.events, 0), coalesce(kept.total::text, 'none'), coalesce(counted.total::text, 'none')
        from counted full join kept using (series, minute) left join series on series.key = series
        where (coalesce(kept.events, 0) <> coalesce(counted.events, 0) or kept.total is distinct from counted.total)
          and (exists (select from event_segments where id = 1) or coalesce(kept.events, 0) <= coalesce(counted.events, 0))
        order by minute
        limit @limit
        """;

    /// <summary>What does not agree, in words.</summary>
    public async Task<IReadOnlyList<string>> CompareAsync(Ulid tenantId, long received, CancellationToken cancellationToken)
    {
        var meters = catalog.Of(tenantId).ToList();
        if (meters.Count == 0)
            return [];

        var minute = hour.AddMinutes(hour.Hour * 7 % 60);
        var (from, to) = received <= MaxEvents ? (hour, hour.AddHours(1)) : (minute, minute.AddMinutes(1));
        var deltas = await CountAsync(tenantId, meters, from, to, cancellationToken);
        await using var command = new NpgsqlCommand(CompareSql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("from", from);
        command.Parameters.AddWithValue("to", to);
        command.Parameters.AddWithValue("limit", MaxDifferences);
        command.Parameters.Add(SqlArray.Of("meters", NpgsqlDbType.Uuid, meters, meter => meter.Id.ToUuid()));
        command.Parameters.Add(SqlArray.Of("series", NpgsqlDbType.Uuid, deltas, row => row.Series));
        command.Parameters.Add(SqlArray.Of("minutes", NpgsqlDbType.TimestampTz, deltas, row => row.Minute));
        command.Parameters.Add(SqlArray.Of("events", NpgsqlDbType.Bigint, deltas, row => row.Events));
        command.Parameters.Add(SqlArray.Of("totals", NpgsqlDbType.Numeric, deltas, row => row.Total));
        var slugs = meters.ToDictionary(meter => meter.Id, meter => meter.Slug);
        var differences = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var slug = reader.IsDBNull(0) ? "of a series that is gone" : $"'{slugs[reader.GetGuid(0).ToUlid()]}'";
            differences.Add(
                $"{reader.GetFieldValue<DateTimeOffset>(1):HH:mm} meter {slug}: the rollups have {reader.GetInt64(2)} events and {reader.GetString(4)}, "
                + $"the stored events make {reader.GetInt64(3)} and {reader.GetString(5)}");
        }

        return differences;
    }

    private async Task<IReadOnlyCollection<RollupDelta>> CountAsync(
        Ulid tenantId, List<CountingMeter> meters, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var coverages = await MeterCoverage.LoadAsync(connection, [.. meters.Select(meter => meter.Id)], cancellationToken);
        var byType = meters.ToLookup(meter => meter.EventType);
        var deltas = new RollupDeltas();
        await using var command = new NpgsqlCommand(EventsSql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        command.Parameters.AddWithValue("from", from);
        command.Parameters.AddWithValue("to", to);
        command.Parameters.AddWithValue("types", byType.Select(type => type.Key).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (subject, time) = (reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2));
            var position = new BackfillPosition(reader.GetInt32(6), time, reader.GetGuid(7));
            var place = new EventPlace(reader.GetInt32(3), reader.GetInt32(4), reader.GetInt64(5), position);
            using var data = StoredEventData.Parse(reader.GetFieldValue<byte[]>(8));
            foreach (var meter in byType[reader.GetString(0)].Where(meter => coverages[meter.Id].Includes(place)))
            {
                if (meter.TryCount(subject, time, data?.RootElement ?? default, out var contribution, out _))
                    deltas.Add(contribution, time);
            }
        }

        return deltas.Rows;
    }
}
