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
    DateTimeOffset CreatedAt)
{
    /// <summary>The name when it has one, else the slug.</summary>
    public string Title => string.IsNullOrWhiteSpace(Name) ? Slug : Name;

    public IEnumerable<string> Dimensions => GroupBy?.Keys ?? [];

    /// <summary>What the values are in, for axes: <c>tokens</c> of <c>$.usage.tokens</c>, <c>events</c> where they are counted.</summary>
    public string Unit => ValueProperty is null ? "events" : ValueProperty.TrimEnd(']', '\'', '"').Split('.', '[', '\'', '"', '$')[^1];
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
