using CloudNative.Metering.Customers;

namespace CloudNative.ApiService.Customers;

/// <summary>A customer.</summary>
/// <param name="Id">ULID.</param>
/// <param name="Key">The client's own name for it; absent when none was given.</param>
/// <param name="Name">For people.</param>
/// <param name="Description">For people; absent when none was given.</param>
/// <param name="Metadata">The client's own notes; absent when none were given.</param>
/// <param name="PrimaryEmail">Absent when none was given.</param>
/// <param name="Currency">ISO 4217; absent when none was given.</param>
/// <param name="BillingAddress">Absent when none was given.</param>
/// <param name="UsageAttribution">Whose usage is the customer's, beside that of its key.</param>
/// <param name="CreatedAt">UTC, to the microsecond.</param>
/// <param name="UpdatedAt">UTC, to the microsecond.</param>
/// <param name="DeletedAt">Absent while the customer is in use.</param>
public sealed record CustomerResponse(
    string Id,
    string? Key,
    string Name,
    string? Description,
    IReadOnlyDictionary<string, string>? Metadata,
    string? PrimaryEmail,
    string? Currency,
    BillingAddress? BillingAddress,
    UsageAttribution UsageAttribution,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt)
{
    internal static CustomerResponse From(Customer customer) => new(
        customer.Id.ToString(),
        customer.Key,
        customer.Name,
        customer.Description,
        customer.Metadata.Count == 0 ? null : customer.Metadata,
        customer.PrimaryEmail,
        customer.Currency,
        customer.BillingAddress,
        new UsageAttribution { SubjectKeys = customer.SubjectKeys },
        customer.CreatedAt,
        customer.UpdatedAt,
        customer.DeletedAt);
}
