using System.Text.Json.Serialization;
using CloudNative.ApiService.Json;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Events;

/// <summary>Conditions on a time, RFC 3339; all that are given must hold.</summary>
internal sealed record FilterTime
{
    // The resolution of stored times: later than t is at or after t and one of these.
    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(1);

    /// <summary>Later than this.</summary>
    [JsonPropertyName("$gt")]
    [NeverNull]
    public DateTimeOffset? Gt { get; init; }

    /// <summary>This, or later.</summary>
    [JsonPropertyName("$gte")]
    [NeverNull]
    public DateTimeOffset? Gte { get; init; }

    /// <summary>Earlier than this.</summary>
    [JsonPropertyName("$lt")]
    [NeverNull]
    public DateTimeOffset? Lt { get; init; }

    /// <summary>This, or earlier.</summary>
    [JsonPropertyName("$lte")]
    [NeverNull]
    public DateTimeOffset? Lte { get; init; }

    /// <summary>The half-open range; when it has no condition, or nothing can meet them, that is added to the errors.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Read(string field, ICollection<FieldError> errors)
    {
        var from = Gte > Gt + Step || Gt is null ? Gte : Gt + Step;
        var to = Lt < Lte + Step || Lte is null ? Lt : Lte + Step;
        if (from is null && to is null)
            errors.Add(new FieldError(field, ErrorCodes.Required, "Needs an operator: $gt, $gte, $lt or $lte."));
        else if (from >= to)
            errors.Add(new FieldError(field, ErrorCodes.OutOfRange, "No time meets these conditions."));
        return (from, to);
    }
}
