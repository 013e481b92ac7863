namespace CloudNative.AiGateway.Metering;

/// <summary>The body of <c>POST /api/v1/meters</c>.</summary>
internal sealed record MeterDefinition(
    string Slug,
    string Name,
    string Description,
    string EventType,
    string Aggregation,
    string? ValueProperty,
    IReadOnlyDictionary<string, string> GroupBy);
