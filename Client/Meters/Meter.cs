namespace CloudNative.Metering.Client;

/// <summary>A meter.</summary>
/// <param name="Id">ULID.</param>
/// <param name="Slug">Name in addresses.</param>
/// <param name="Name">For people; null when none was given.</param>
/// <param name="Description">For people; null when none was given.</param>
/// <param name="Metadata">Notes of whoever made it; null when there are none.</param>
/// <param name="EventType">The CloudEvents <c>type</c> it counts.</param>
/// <param name="Aggregation">How it makes one number of many events; see <see cref="Client.Aggregation"/>.</param>
/// <param name="ValueProperty">JSONPath of the value in the event's data; null for COUNT.</param>
/// <param name="GroupBy">Dimension name to JSONPath.</param>
/// <param name="EventFrom">Events before this time are not counted; null: all are.</param>
/// <param name="CreatedAt">UTC, to the microsecond.</param>
/// <param name="UpdatedAt">UTC, to the microsecond.</param>
public sealed record Meter(
    string Id,
    string Slug,
    string? Name,
    string? Description,
    IReadOnlyDictionary<string, string>? Metadata,
    string EventType,
    string Aggregation,
    string? ValueProperty,
    IReadOnlyDictionary<string, string> GroupBy,
    DateTimeOffset? EventFrom,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>How a meter makes one number of many events. Texts, so that an API with more of them can be read, too.</summary>
public static class Aggregation
{
    public const string Sum = "SUM";
    public const string Count = "COUNT";
    public const string Average = "AVG";
    public const string Min = "MIN";
    public const string Max = "MAX";

    /// <summary>The number of distinct values.</summary>
    public const string UniqueCount = "UNIQUE_COUNT";

    /// <summary>The value of the event with the greatest time.</summary>
    public const string Latest = "LATEST";
}
