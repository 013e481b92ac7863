using System.Text.Json;
using CloudNative.Metering.Meters;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>What the events of one series add to a partial minute: figures, or one distinct value.</summary>
internal sealed record EdgeRow(DateTimeOffset Minute, string Subject, string Dimensions, RollupDelta? Figures, Guid? Value);

/// <summary>
/// The two ends of a range that is not aligned to minutes: what the rollups answer is the whole minutes between, and the rest is counted here, from
/// the raw events, by the same code that the sink counts with. Where some of those are gone, the range is refused.
/// </summary>
internal sealed record RangeEdges(DateTimeOffset? FirstWholeMinute, DateTimeOffset? EndOfWholeMinutes, IReadOnlyList<EdgeRow> Rows)
{
    /// <summary>Whether raw events are read at all.</summary>
    public static bool Exist(UsageQuery query) =>
        (query.From is { } from && from != Minute.Of(from)) || (query.To is { } to && to != Minute.Of(to));

    public static async Task<RangeEdges> ReadAsync(NpgsqlConnection connection, Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        var first = query.From is { } from ? RoundUp(from) : (DateTimeOffset?)null;
        var end = query.To is { } to ? Minute.Of(to) : (DateTimeOffset?)null;
        var deltas = new RollupDeltas();
        foreach (var (start, stop) in Partial(query, first, end))
        {
            await DroppedEvents.RefuseLossAsync(connection, meter, Minute.Of(start), query, cancellationToken);
            await StoredEvents.CountAsync(connection, new CountingMeter(meter), (start, stop), query.Subjects, deltas, timeout: null, cancellationToken);
        }

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

    private static DateTimeOffset RoundUp(DateTimeOffset time) => Minute.Of(time.AddTicks(TimeSpan.TicksPerMinute - 1));
}
