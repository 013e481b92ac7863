using CloudNative.Metering.Meters;

namespace CloudNative.ApiService.Meters;

/// <summary>A meter.</summary>
/// <param name="Id">ULID.</param>
/// <param name="Slug">Name in URLs, unique among the meters that are not deleted.</param>
/// <param name="Name">For people; absent when none was given.</param>
/// <param name="Description">For people; absent when none was given.</param>
/// <param name="Metadata">The client's own notes; absent when none were given.</param>
/// <param name="EventType">The CloudEvents <c>type</c> it counts.</param>
/// <param name="Aggregation">How it makes one number of many events.</param>
/// <param name="ValueProperty">JSONPath of the value in the event's data; absent for COUNT.</param>
/// <param name="GroupBy">Dimension name to JSONPath, ordered by name; empty when it has no dimensions.</param>
/// <param name="EventFrom">Events before this time are not counted; absent: all are.</param>
/// <param name="CreatedAt">UTC, to the microsecond.</param>
/// <param name="UpdatedAt">UTC, to the microsecond.</param>
/// <param name="DeletedAt">Absent while the meter is in use.</param>
public sealed record MeterResponse(
    string Id,
    string Slug,
    string? Name,
    string? Description,
    IReadOnlyDictionary<string, string>? Metadata,
    string EventType,
    Aggregation Aggregation,
    string? ValueProperty,
    IReadOnlyDictionary<string, string> GroupBy,
    DateTimeOffset? EventFrom,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt)
{
    internal static MeterResponse From(Meter meter) => new(
        meter.Id.ToString(),
        meter.Slug,
        meter.Name,
        meter.Description,
        meter.Metadata.Count == 0 ? null : meter.Metadata,
        meter.EventType,
        meter.Aggregation,
        meter.ValueProperty,
        meter.GroupBy,
        meter.EventFrom,
        meter.CreatedAt,
        meter.UpdatedAt,
        meter.DeletedAt);
}
