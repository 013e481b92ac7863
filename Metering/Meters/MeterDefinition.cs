namespace CloudNative.Metering.Meters;

/// <summary>What a client says when it creates a meter, before anything of it is believed.</summary>
public sealed record MeterDefinition
{
    public string? Slug { get; init; }

    public string? EventType { get; init; }

    public string? Aggregation { get; init; }

    public string? ValueProperty { get; init; }

    public IReadOnlyDictionary<string, string?>? GroupBy { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }

    public string? EventFrom { get; init; }
}
