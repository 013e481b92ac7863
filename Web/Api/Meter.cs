namespace CloudNative.Web.Api;

/// <summary>A meter as the API shows it.</summary>
public sealed record Meter(
    string Id,
    string Slug,
    string? Name,
    string? Description,
    string EventType,
    string Aggregation,
    string? ValueProperty,
    IReadOnlyDictionary<string, string>? GroupBy,
    DateTimeOffset CreatedAt,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>The name when it has one, else the slug.</summary>
    public string Title => string.IsNullOrWhiteSpace(Name) ? Slug : Name;

    public IEnumerable<string> Dimensions => GroupBy?.Keys ?? [];

    /// <summary>The figures of windows and groups make up that of the whole: true of sums and counts only.</summary>
    public bool AddsUp => Aggregation is "SUM" or "COUNT";

    /// <summary>Nothing is 0, and not no figure.</summary>
    public bool StartsAtZero => AddsUp || Aggregation == "UNIQUE_COUNT";

    /// <summary>What the figures are, for axes: <c>tokens</c> of <c>$.usage.tokens</c>, <c>highest tokens</c>, <c>events</c> where they are counted.</summary>
    public string Unit => Aggregation switch
    {
        "AVG" => $"average {Value}",
        "MIN" => $"lowest {Value}",
        "MAX" => $"highest {Value}",
        "UNIQUE_COUNT" => $"distinct {Value}",
        "LATEST" => $"latest {Value}",
        _ => Value,
    };

    private string Value => ValueProperty is null ? "events" : ValueProperty.TrimEnd(']', '\'', '"').Split('.', '[', '\'', '"', '$')[^1];
}

/// <summary>The body of <c>POST /meters</c>; null fields are left out.</summary>
internal sealed record NewMeter(
    string Slug,
    string EventType,
    string Aggregation,
    string? ValueProperty = null,
    string? Name = null,
    string? Description = null,
    IReadOnlyDictionary<string, string>? GroupBy = null);
