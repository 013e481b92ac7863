using System.ComponentModel.DataAnnotations;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Meters;

/// <summary>What to count, and how: a meter as a client defines it.</summary>
public sealed record MeterDefinition
{
    /// <summary>Required. Name in URLs, 1 to 64 characters, <c>^[a-z0-9]+(?:_[a-z0-9]+)*$</c>; unique among the meters that are not deleted.</summary>
    /// <example>tokens_total</example>
    [Required, MaxLength(MeterRules.MaxSlugLength), RegularExpression(MeterRules.SlugPattern)]
    public string? Slug { get; init; }

    /// <summary>Required. The CloudEvents <c>type</c> to count, 1 to 256 characters.</summary>
    /// <example>prompt</example>
    [Required, MaxLength(MeterRules.MaxEventTypeLength), RegularExpression(FieldLimits.NotBlankPattern)]
    public string? EventType { get; init; }

    /// <summary>Required. One of <c>SUM COUNT AVG MIN MAX UNIQUE_COUNT LATEST</c>.</summary>
    /// <example>SUM</example>
    [Required, AllowedValues("SUM", "COUNT", "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST")]
    public string? Aggregation { get; init; }

    /// <summary>
    /// JSONPath of the value in the event's data (<c>$.a.b</c>, <c>$['a b']</c>, <c>$.a[0]</c>), up to 256 characters. Required, but forbidden for
    /// <c>COUNT</c>.
    /// </summary>
    /// <example>$.tokens</example>
    [MaxLength(MeterRules.MaxPathLength), RegularExpression(MeterRules.PathPattern)]
    public string? ValueProperty { get; init; }

    /// <summary>
    /// Up to 32 dimensions: name (<c>^[A-Za-z_][A-Za-z0-9_]*$</c>, up to 64 characters, not <c>subject</c> or <c>customer_id</c>) to JSONPath.
    /// </summary>
    /// <example>{"model": "$.model"}</example>
    [MaxLength(MeterRules.MaxDimensions)]
    public IReadOnlyDictionary<string, string?>? GroupBy { get; init; }

    /// <summary>For people, up to 256 characters.</summary>
    [MaxLength(FieldLimits.MaxNameLength)]
    public string? Name { get; init; }

    /// <summary>For people, up to 1,024 characters.</summary>
    [MaxLength(FieldLimits.MaxDescriptionLength)]
    public string? Description { get; init; }

    /// <summary>Notes of the client's own: up to 50, keys up to 64 and values up to 512 characters.</summary>
    [MaxLength(FieldLimits.MaxMetadataEntries)]
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }

    /// <summary>Events before this RFC 3339 time are not counted; null counts all.</summary>
    /// <example>2026-01-01T00:00:00Z</example>
    [DataType(DataType.DateTime)]
    public string? EventFrom { get; init; }
}
