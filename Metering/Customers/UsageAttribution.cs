using System.ComponentModel.DataAnnotations;

namespace CloudNative.Metering.Customers;

/// <summary>Whose usage is a customer's.</summary>
public sealed record UsageAttribution
{
    /// <summary>
    /// Up to 1,000 subjects, none empty and none twice. Each belongs to this customer alone. The customer's key counts as one of them, whether or not it
    /// stands here.
    /// </summary>
    /// <example>["acme", "acme-eu"]</example>
    [MaxLength(CustomerRules.MaxSubjectKeys)]
    public IReadOnlyList<string>? SubjectKeys { get; init; }
}
