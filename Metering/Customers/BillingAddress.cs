using System.ComponentModel.DataAnnotations;

namespace CloudNative.Metering.Customers;

/// <summary>Where a customer is billed; each line up to 256 characters.</summary>
public sealed record BillingAddress
{
    /// <summary>Two upper-case letters, ISO 3166-1 alpha-2.</summary>
    /// <example>DE</example>
    [RegularExpression(CustomerRules.CountryPattern)]
    public string? Country { get; init; }

    /// <summary>Postal code.</summary>
    [MaxLength(CustomerRules.MaxAddressLineLength)]
    public string? PostalCode { get; init; }

    /// <summary>State or province.</summary>
    [MaxLength(CustomerRules.MaxAddressLineLength)]
    public string? State { get; init; }

    /// <summary>City.</summary>
    [MaxLength(CustomerRules.MaxAddressLineLength)]
    public string? City { get; init; }

    /// <summary>First line of the address.</summary>
    [MaxLength(CustomerRules.MaxAddressLineLength)]
    public string? Line1 { get; init; }

    /// <summary>Second line of the address.</summary>
    [MaxLength(CustomerRules.MaxAddressLineLength)]
    public string? Line2 { get; init; }

    /// <summary>Phone number.</summary>
    [MaxLength(CustomerRules.MaxAddressLineLength)]
    public string? PhoneNumber { get; init; }
}
