namespace CloudNative.Metering.ApiKeys;

/// <summary>A secret that a service authenticates with; only its hash is kept.</summary>
public sealed class ApiKey
{
    public const int MaxNameLength = 256;

    public required Ulid Id { get; init; }

    public required Ulid TenantId { get; init; }

    public required string Name { get; set; }

    /// <summary>The first characters of the key, so that people can tell keys apart.</summary>
    public required string Prefix { get; init; }

    /// <summary>See <see cref="ApiKeyHash"/>; unique.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>See <see cref="ApiScope"/>; at least one.</summary>
    public required string[] Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on the key is refused; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>The key that this one took over from, when it was made by a rotation.</summary>
    public Ulid? RotatedFrom { get; init; }

    /// <summary>About when it was sent last, to half a minute; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Whether the key is let in at that time.</summary>
    public bool IsGood(DateTimeOffset at) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > at);

    public void Revoke(DateTimeOffset at) => RevokedAt ??= at;

    /// <summary>Ends the key at that time, unless it ends before.</summary>
    public void EndBy(DateTimeOffset at) => ExpiresAt = ExpiresAt < at ? ExpiresAt : at;

    /// <summary>A key with a new secret.</summary>
    public static (ApiKey Key, string Secret) Create(
        Ulid tenantId, string name, string[] scopes, DateTimeOffset? expiresAt, DateTimeOffset now, Ulid? rotatedFrom = null)
    {
        var secret = ApiKeySecret.New();
        var key = new ApiKey
        {
            Id = Ulid.NewUlid(now),
            TenantId = tenantId,
            Name = name,
            Prefix = ApiKeyHash.Prefix(secret),
            Hash = ApiKeyHash.Of(secret),
            Scopes = scopes,
            CreatedAt = now,
            ExpiresAt = expiresAt,
            RotatedFrom = rotatedFrom,
        };
        return (key, secret);
    }
}
