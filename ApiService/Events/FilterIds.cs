using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using CloudNative.ApiService.Customers;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.OpenApi;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Events;

/// <summary>Which customers.</summary>
internal sealed record FilterIds
{
    /// <summary>One of these ids, 1 to 100.</summary>
    [JsonPropertyName("$in")]
    [NeverNull, MinLength(1), MaxLength(CustomerIds.Max), RegularExpression(SchemaPatterns.Ulid)]
    public IReadOnlyList<string?>? In { get; init; }

    /// <summary>The ids; what is wrong is added to the errors.</summary>
    public IReadOnlyList<Ulid> Read(string field, ICollection<FieldError> errors)
    {
        if (In is null or { Count: 0 })
            errors.Add(new FieldError(field, ErrorCodes.Required, $"Needs the operator $in, with 1 to {CustomerIds.Max} ids."));
        return CustomerIds.Read($"{field}.$in", In, errors);
    }
}
