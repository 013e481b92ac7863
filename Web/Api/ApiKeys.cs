namespace CloudNative.Web.Api;

internal sealed record ApiKeyPage(IReadOnlyList<ApiKey> Items);

/// <summary>An API key, without its secret.</summary>
/// <param name="State"><c>active</c>, <c>expired</c> or <c>revoked</c>.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="LastUsedAt">Null: never.</param>
/// <param name="RotatedFrom">The key that it took over from; null when it was not made by a rotation.</param>
public sealed record ApiKey(
    string Id,
    string Name,
    string Prefix,
    IReadOnlyList<string> Scopes,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt = null,
    DateTimeOffset? LastUsedAt = null,
    string? RotatedFrom = null)
{
    public bool IsActive => State == "active";
}

/// <summary>A new key with its secret, which the API shows this once.</summary>
public sealed record NewApiKey(string Secret, ApiKey ApiKey);

/// <summary>The body of <c>POST /api-keys</c>; null fields are left out.</summary>
internal sealed record ApiKeyRequest(string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt);
