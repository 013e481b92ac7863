namespace CloudNative.Metering.Tenants;

/// <summary>One isolated customer of the installation; every row belongs to one.</summary>
public sealed class Tenant
{
    public required Ulid Id { get; init; }

    /// <summary>Short name, unique in the installation.</summary>
    public required string Slug { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
