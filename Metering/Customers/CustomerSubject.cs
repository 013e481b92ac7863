namespace CloudNative.Metering.Customers;

/// <summary>
/// Which customer of a tenant a subject belongs to: at most one. A trigger on <c>customers</c> keeps it: the key and the subject keys of those that are not deleted.
/// </summary>
public sealed class CustomerSubject
{
    public required Ulid TenantId { get; init; }

    public required string Subject { get; init; }

    public required Ulid CustomerId { get; init; }
}
