using System.Collections.ObjectModel;

namespace CloudNative.Metering.Meters;

/// <summary>A definition: event type, aggregation, value property and group-by dimensions.</summary>
public sealed class Meter
{
    public required Ulid Id { get; init; }

    public required Ulid TenantId { get; init; }

    /// <summary>Unique among the tenant's meters that are not deleted.</summary>
    public required string Slug { get; init; }

    /// <summary>The CloudEvents <c>type</c> of the events it counts.</summary>
    public required string EventType { get; init; }

    public required Aggregation Aggregation { get; init; }

    /// <summary>JSONPath of the value inside the event's data; null exactly when the aggregation is COUNT.</summary>
    public string? ValueProperty { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>Dimension name to JSONPath, in ordinal order of the names (always: jsonb keeps no order of its own).</summary>
    public IReadOnlyDictionary<string, string> GroupBy { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The tenant's own notes, in ordinal order of the names.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Events before this time are not counted; null counts all.</summary>
    public DateTimeOffset? EventFrom { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>PostgreSQL's <c>xmin</c>: changes with every update of the row, and so makes the ETag.</summary>
    public uint Version { get; private set; }

    public void Delete(DateTimeOffset at) => DeletedAt ??= at;
}
