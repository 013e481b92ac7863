using System.Text.Json;

namespace CloudNative.Metering.Client;

/// <summary>The length of a query's windows; DAY, WEEK (from Monday) and MONTH are calendar units in the asked time zone.</summary>
public enum WindowSize
{
    Minute,
    Hour,
    Day,
    Week,
    Month,
}

/// <summary>What to ask of a meter. The range is half-open: <c>[From, To)</c>.</summary>
public sealed record UsageQuery
{
    /// <summary>Inclusive; null: since the first event.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive; null: until the last event.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Null: one row for the whole range.</summary>
    public WindowSize? WindowSize { get; init; }

    /// <summary>IANA time zone of the windows; null: UTC.</summary>
    public string? WindowTimeZone { get; init; }

    /// <summary>Only these subjects, and a group for each; empty: all.</summary>
    public IReadOnlyList<string> Subjects { get; init; } = [];

    /// <summary>Only these values of dimensions: dimension to the values wanted. The empty text is an event without the dimension.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> FilterGroupBy { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary><c>subject</c>, or dimensions of the meter.</summary>
    public IReadOnlyList<string> GroupBy { get; init; } = [];

    internal string ToQuery() => new QueryText()
        .Add("from", From).Add("to", To).Add("windowSize", WindowSize?.ToString().ToUpperInvariant()).Add("windowTimeZone", WindowTimeZone)
        .Add("subject", Subjects).Add("filterGroupBy", FilterGroupBy.Count == 0 ? null : JsonSerializer.Serialize(FilterGroupBy)).Add("groupBy", GroupBy)
        .ToString();
}
