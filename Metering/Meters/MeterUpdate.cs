using System.ComponentModel.DataAnnotations;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Meters;

/// <summary>What can be edited of a meter. It replaces what was there: a field that is left out is empty afterwards.</summary>
public sealed record MeterUpdate
{
    /// <summary>For people, up to 256 characters.</summary>
    /// <example>Tokens</example>
    [MaxLength(FieldLimits.MaxNameLength)]
    public string? Name { get; init; }

    /// <summary>For people, up to 1,024 characters.</summary>
    [MaxLength(FieldLimits.MaxDescriptionLength)]
    public string? Description { get; init; }

    /// <summary>Notes of the client's own: up to 50, keys up to 64 and values up to 512 characters.</summary>
    [MaxLength(FieldLimits.MaxMetadataEntries)]
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }

    /// <summary>
    /// Up to 32 dimensions: name (<c>^[A-Za-z_][A-Za-z0-9_]*$</c>, up to 64 characters, not <c>subject</c> or <c>customer_id</c>) to JSONPath. When they
    /// differ from the present ones, everything that is stored is counted anew; when the meter counted events that are no longer stored, that is refused.
    /// </summary>
    /// <example>{"model": "$.model"}</example>
    [MaxLength(MeterRules.MaxDimensions)]
    public IReadOnlyDictionary<string, string?>? GroupBy { get; init; }
}
