namespace CloudNative.Metering.Client;

/// <summary>What to count, and how.</summary>
public sealed record MeterDefinition
{
    /// <summary>Name in addresses, 1 to 64 characters: <c>^[a-z0-9]+(?:_[a-z0-9]+)*$</c>.</summary>
    public required string Slug { get; init; }

    /// <summary>The CloudEvents <c>type</c> to count, 1 to 256 characters.</summary>
    public required string EventType { get; init; }

    /// <summary>One of <see cref="Client.Aggregation"/>.</summary>
    public required string Aggregation { get; init; }

    /// <summary>JSONPath of the value in the event's data, such as <c>$.tokens</c>. Needed, but for COUNT, where it must be null.</summary>
    public string? ValueProperty { get; init; }

    /// <summary>Up to 32 dimensions: name to JSONPath. Null: none.</summary>
    public IReadOnlyDictionary<string, string>? GroupBy { get; init; }

    /// <summary>For people, up to 256 characters; null: none.</summary>
    public string? Name { get; init; }

    /// <summary>For people, up to 1,024 characters; null: none.</summary>
    public string? Description { get; init; }

    /// <summary>Notes of your own: up to 50, keys up to 64 and values up to 512 characters. Null: none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Events before this time are not counted; null: all are.</summary>
    public DateTimeOffset? EventFrom { get; init; }
}
