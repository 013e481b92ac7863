using System.Text.Json;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>What the events of one series add to a partial minute: figures, or one distinct value.</summary>
internal sealed record EdgeRow(DateTimeOffset Minute, string Subject, string Dimensions, RollupDelta? Figures, Guid? Value);

/// <summary>
/// The two ends of a range that is not aligned to minutes: what the rollups answer is the whole minutes between, and the rest is counted here, from
/// the raw events, by the same code that the sink counts with.
/// </summary>
internal sealed record RangeEdges(DateTimeOffset? FirstWholeMinute, DateTimeOffset? EndOfWholeMinutes, IReadOnlyList<EdgeRow> Rows)
{
    private const string Sql = """
        select event, subject, time, stream_id, partition, "offset", segment, key, ingested_at
        from usage_events
        where tenant_id = @tenant and type = @type and time >= @from and time < @to
          and (cardinality(@subjects) = 0 or subject = any (@subjects))
        """;

    /// <summary>Whether raw events are read at all.</summary>
    public static bool Exist(UsageQuery query) =>
        (query.From is { } from && from != Minute.Of(from)) || (query.To is { } to && to != Minute.Of(to));

    public static async Task<RangeEdges> ReadAsync(NpgsqlConnection connection, Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        var first = query.From is { } from ? RoundUp(from) : (DateTimeOffset?)null;
        var end = query.To is { } to ? Minute.Of(to) : (DateTimeOffset?)null;
        var deltas = new RollupDeltas();
        foreach (var (start, stop) in Partial(query, first, end))
            await ReadAsync(connection, meter, query, (start, stop), deltas, cancellationToken);

        return new RangeEdges(first, end, RowsOf(deltas));
    }

    /// <summary>What was counted, with the texts of its series.</summary>
    public static IReadOnlyList<EdgeRow> RowsOf(RollupDeltas deltas)
    {
        var series = deltas.Series.ToDictionary(row => row.Key, row => (row.Subject, Dimensions: JsonSerializer.Serialize(row.Dimensions)));
        return
        [
            .. deltas.Rows.Select(row => new EdgeRow(row.Minute, series[row.Series].Subject, series[row.Series].Dimensions, row, null)),
            .. deltas.Distinct.Select(row => new EdgeRow(row.Minute, series[row.Series].Subject, series[row.Series].Dimensions, null, row.Value)),
        ];
    }

    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Partial(UsageQuery query, DateTimeOffset? first, DateTimeOffset? end)
    {
        // Both ends inside one minute: one piece, and no whole minute (first > end).
        if (first > end)
        {
            yield return (query.From!.Value, query.To!.Value);
            yield break;
        }

        if (query.From < first)
            yield return (query.From.Value, first.Value);
        if (end < query.To)
            yield return (end.Value, query.To.Value);
    }

    private static async Task ReadAsync(
        NpgsqlConnection connection, Meter meter, UsageQuery query, (DateTimeOffset From, DateTimeOffset To) range, RollupDeltas deltas,
        CancellationToken cancellationToken)
    {
        var counting = new CountingMeter(meter);
        var coverage = await MeterCoverage.LoadAsync(connection, meter.Generation, cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue("tenant", meter.TenantId.ToUuid());
        command.Parameters.AddWithValue("type", meter.EventType);
        command.Parameters.AddWithValue("from", range.From);
        command.Parameters.AddWithValue("to", range.To);
        command.Parameters.AddWithValue("subjects", query.Subjects.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // What the rollups do not hold yet must not be in the edges either.
            var order = new EventOrder(
                reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(8), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt64(5));
            var position = new BackfillPosition(reader.GetInt32(6), order.Time, reader.GetGuid(7));
            if (!coverage.Includes(new EventPlace(order.StreamId, order.Partition, order.Offset, position)))
                continue;

            using var data = StoredEventData.Parse(reader.GetFieldValue<byte[]>(0));
            if (counting.TryCount(reader.GetString(1), order.Time, data?.RootElement ?? default, out var counted, out _))
                deltas.Add(counted, order);
        }
    }

    private static DateTimeOffset RoundUp(DateTimeOffset time) => Minute.Of(time.AddTicks(TimeSpan.TicksPerMinute - 1));
}
