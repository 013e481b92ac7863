using CloudNative.Metering.ApiKeys;

namespace CloudNative.MigrationService;

/// <summary>A key whose secret somebody else made: only its hash is kept, as of every key.</summary>
internal static class GivenKey
{
    public static ApiKey Create(Ulid tenantId, string name, string secret, DateTimeOffset now) => new()
    {
        Id = Ulid.NewUlid(now),
        TenantId = tenantId,
        Name = name,
        Prefix = ApiKeyHash.Prefix(secret),
        Hash = ApiKeyHash.Of(secret),
        Scopes = [ApiScope.Everything],
        CreatedAt = now,
    };
}
