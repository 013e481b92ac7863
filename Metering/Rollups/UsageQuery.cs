using System.Text.Json.Serialization;

namespace CloudNative.Metering.Rollups;

/// <summary>A half-open time bucket; DAY, WEEK (ISO, from Monday) and MONTH are calendar units in the asked time zone.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WindowSize>))]
public enum WindowSize
{
    [JsonStringEnumMemberName("MINUTE")] Minute,
    [JsonStringEnumMemberName("HOUR")] Hour,
    [JsonStringEnumMemberName("DAY")] Day,
    [JsonStringEnumMemberName("WEEK")] Week,
    [JsonStringEnumMemberName("MONTH")] Month,
}

/// <summary>What is asked of one meter.</summary>
public sealed record UsageQuery
{
    /// <summary>Inclusive, UTC, to the microsecond; null: since the first event.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive, UTC, to the microsecond; null: until the last event.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Null: one row for the whole range.</summary>
    public WindowSize? WindowSize { get; init; }

    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Only these subjects; empty: all.</summary>
    public IReadOnlyList<string> Subjects { get; init; } = [];

    /// <summary>Only usage of subjects that belong to one of these customers at the moment; empty: all.</summary>
    public IReadOnlyList<Ulid> Customers { get; init; } = [];

    /// <summary>Only usage whose dimensions meet all of these.</summary>
    public IReadOnlyList<DimensionCondition> Filters { get; init; } = [];

    /// <summary>One group per subject.</summary>
    public bool GroupBySubject { get; init; }

    /// <summary>One group per customer; one more for the subjects that belong to none.</summary>
    public bool GroupByCustomer { get; init; }

    /// <summary>Names of the meter's dimensions to group by.</summary>
    public IReadOnlyList<string> Dimensions { get; init; } = [];

    /// <summary>Where there are more rows than these, the answer has one more; null: all there are.</summary>
    internal int? MaxRows { get; init; }
}

/// <summary>The answer.</summary>
/// <param name="Rows">Ordered by window, subject, customer and dimensions. One more than <see cref="UsageLimits.MaxRows"/>: there are still more, and this is no answer.</param>
/// <param name="IsIncomplete">The meter has not counted all that was stored before its creation yet: what is here is right, but more will come.</param>
/// <param name="MeterVersion">The meter's version just before the rows were read; null when it was not there (any more). Another than the asked one's: that was changed since.</param>
public sealed record Usage(IReadOnlyList<UsageRow> Rows, bool IsIncomplete, uint? MeterVersion);

/// <summary>One row of the answer.</summary>
/// <param name="Value">The exact number, as JSON writes it.</param>
/// <param name="WindowStart">Inclusive, in the query's time zone.</param>
/// <param name="WindowEnd">Exclusive, in the query's time zone.</param>
/// <param name="Subject">Null where the query does not group by subject.</param>
/// <param name="CustomerId">The customer that the usage belongs to at the moment, <c>""</c> when it belongs to none; absent where the query does not group by customer.</param>
/// <param name="GroupBy">Dimension to value; a dimension that the events did not have is <c>""</c>.</param>
public sealed record UsageRow(
    ExactNumber Value, DateTimeOffset WindowStart, DateTimeOffset WindowEnd,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Subject, string? CustomerId,
    IReadOnlyDictionary<string, string> GroupBy);
