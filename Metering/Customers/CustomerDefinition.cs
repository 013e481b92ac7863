using System.ComponentModel.DataAnnotations;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Customers;

/// <summary>A customer as a client defines it. Needs a key or at least one subject: by them usage finds its customer.</summary>
public sealed record CustomerDefinition
{
    /// <summary>The client's own name for it, 1 to 256 characters of any text; unique among the subjects of the customers that are not deleted.</summary>
    /// <example>acme</example>
    [MinLength(1), MaxLength(CustomerRules.MaxKeyLength)]
    public string? Key { get; init; }

    /// <summary>Required. For people, up to 256 characters.</summary>
    /// <example>ACME Inc.</example>
    [Required, MaxLength(FieldLimits.MaxNameLength), RegularExpression(FieldLimits.NotBlankPattern)]
    public string? Name { get; init; }

    /// <summary>For people, up to 1,024 characters.</summary>
    [MaxLength(FieldLimits.MaxDescriptionLength)]
    public string? Description { get; init; }

    /// <summary>Notes of the client's own: up to 50, keys up to 64 and values up to 512 characters.</summary>
    [MaxLength(FieldLimits.MaxMetadataEntries)]
    public IReadOnlyDictionary<string, string?>? Metadata { get; init; }

    /// <summary>Up to 256 characters.</summary>
    /// <example>billing@acme.example</example>
    [MaxLength(CustomerRules.MaxEmailLength), RegularExpression(CustomerRules.EmailPattern)]
    public string? PrimaryEmail { get; init; }

    /// <summary>Three upper-case letters, ISO 4217.</summary>
    /// <example>EUR</example>
    [RegularExpression(CustomerRules.CurrencyPattern)]
    public string? Currency { get; init; }

    /// <summary>Where the customer is billed.</summary>
    public BillingAddress? BillingAddress { get; init; }

    /// <summary>Whose usage is the customer's.</summary>
    public UsageAttribution? UsageAttribution { get; init; }
}
