using CloudNative.Metering.Meters;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>How an aggregation is answered from rollups.</summary>
/// <param name="Column">The figure that it is made of, with its name.</param>
/// <param name="Value">The value as text.</param>
internal sealed record RollupFigure(string Column, string Value)
{
    /// <summary>The figure as the ends of a range have it.</summary>
    public string EdgeColumn { get; private init; } = Column;

    /// <summary>What the value is divided by.</summary>
    public string Count { get; private init; } = "null";

    /// <summary>Nothing is 0, and not no value.</summary>
    public bool IsCount { get; private init; }

    public static RollupFigure Of(Aggregation aggregation) => aggregation switch
    {
        Aggregation.Sum => new("total", "trim_scale(sum(total))::text"),
        Aggregation.Count => new("null as value", "sum(events)::text") { IsCount = true },
        Aggregation.Avg => new("total", "sum(total)::text") { Count = "sum(events)::bigint" },
        Aggregation.Min => new("lowest", "trim_scale(min(lowest))::text"),
        Aggregation.Max => new("highest", "trim_scale(max(highest))::text"),
        Aggregation.UniqueCount => new("null::uuid as value", "count(distinct value)::text") { EdgeColumn = "value", IsCount = true },
        Aggregation.Latest => new("latest", $"trim_scale((max(latest))[{LatestValue.ValueIndex}])::text") { EdgeColumn = "latest::numeric[]" },
        _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "No such aggregation."),
    };

    /// <summary>The value of a row whose first columns are <see cref="Value"/> and <see cref="Count"/>.</summary>
    public static ExactNumber Read(NpgsqlDataReader reader) =>
        reader.IsDBNull(1) ? new ExactNumber(reader.GetString(0)) : ExactNumber.Mean(reader.GetString(0), reader.GetInt64(1));
}
