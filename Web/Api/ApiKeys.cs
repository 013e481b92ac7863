namespace CloudNative.Web.Api;

internal sealed record ApiKeyPage(IReadOnlyList<ApiKey> Items);

/// <summary>An API key, without its secret; it is <c>active</c>, <c>expired</c> or <c>revoked</c>, and null times mean never.</summary>
public sealed record ApiKey(
    string Id,
    string Name,
    string Prefix,
    IReadOnlyList<string> Scopes,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt = null,
    DateTimeOffset? LastUsedAt = null)
{
    public bool IsActive => State == "active";
}

/// <summary>A new key with its secret, which the API shows this once.</summary>
public sealed record NewApiKey(string Secret, ApiKey ApiKey);

/// <summary>The body of <c>POST /api-keys</c>; null fields are left out.</summary>
internal sealed record ApiKeyRequest(string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt);
