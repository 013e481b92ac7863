using System.Collections.ObjectModel;
using CloudNative.Metering.Database;

namespace CloudNative.Metering.Meters;

/// <summary>A definition: event type, aggregation, value property and group-by dimensions.</summary>
public sealed class Meter
{
    /// <summary>For good, whatever is edited.</summary>
    public required Ulid Id { get; init => field = Generation = value; }

    /// <summary>
    /// Under what its series, its borders and its backfill are kept (their columns <c>meter_id</c>): the id, until a change of <see cref="GroupBy"/> has
    /// everything counted anew under another.
    /// </summary>
    public Ulid Generation { get; private set; }

    /// <summary>What is still counted, and answers, while the present generation is being filled; null at all other times.</summary>
    public ReplacedGeneration? Replaced { get; private set; }

    public required Ulid TenantId { get; init; }

    /// <summary>Unique among the tenant's meters that are not deleted.</summary>
    public required string Slug { get; init; }

    /// <summary>The CloudEvents <c>type</c> of the events it counts.</summary>
    public required string EventType { get; init; }

    public required Aggregation Aggregation { get; init; }

    /// <summary>JSONPath of the value inside the event's data; null exactly when the aggregation is COUNT.</summary>
    public string? ValueProperty { get; init; }

    public string? Name { get; set; }

    public string? Description { get; set; }

    /// <summary>Dimension name to JSONPath, in ordinal order of the names (always: jsonb keeps no order of its own).</summary>
    public IReadOnlyDictionary<string, string> GroupBy { get; set; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The tenant's own notes, in ordinal order of the names.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; set; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Events before this time are not counted; null counts all.</summary>
    public DateTimeOffset? EventFrom { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>PostgreSQL's <c>xmin</c>: changes with every update of the row, and so makes the ETag.</summary>
    public uint Version { get; private set; }

    public void Delete(DateTimeOffset at) => DeletedAt ??= at;

    /// <summary>Takes the edit over; other dimensions begin another generation.</summary>
    public void Change(MeterUpdate update, DateTimeOffset at)
    {
        var groupBy = JsonTextMap.Ordered(update.GroupBy);
        if (!groupBy.SequenceEqual(GroupBy))
            (GroupBy, Generation) = (groupBy, Ulid.NewUlid(at));
        (Name, Description, Metadata, UpdatedAt) = (update.Name, update.Description, JsonTextMap.Ordered(update.Metadata), at);
    }

    /// <summary>The meter as it is counted under <see cref="Replaced"/>; null when there is none.</summary>
    public Meter? AsReplaced() => Replaced is not { } replaced ? null : new Meter
    {
        Id = Id,
        Generation = replaced.Generation,
        TenantId = TenantId,
        Slug = Slug,
        EventType = EventType,
        Aggregation = Aggregation,
        ValueProperty = ValueProperty,
        GroupBy = replaced.GroupBy,
        EventFrom = EventFrom,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
