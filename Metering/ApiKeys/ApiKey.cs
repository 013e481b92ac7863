namespace CloudNative.Metering.ApiKeys;

/// <summary>A secret that a service authenticates with; only its hash is kept.</summary>
public sealed class ApiKey
{
    public const int MaxNameLength = 256;

    public required Ulid Id { get; init; }

    public required Ulid TenantId { get; init; }

    public required string Name { get; init; }

    /// <summary>The first characters of the key, so that people can tell keys apart.</summary>
    public required string Prefix { get; init; }

    /// <summary>See <see cref="ApiKeyHash"/>; unique.</summary>
    public required byte[] Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; private set; }

    public void Revoke(DateTimeOffset at) => RevokedAt ??= at;
}
