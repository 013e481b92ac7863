using CloudNative.Metering.ApiKeys;

namespace CloudNative.ApiService.ApiKeys;

/// <summary>An API key, without its secret.</summary>
/// <param name="Id">ULID.</param>
/// <param name="Name">For people.</param>
/// <param name="Prefix">The first characters of the secret, so that people can tell keys apart.</param>
/// <param name="Scopes">What it may do; sorted.</param>
/// <param name="State"><c>active</c>, <c>expired</c> or <c>revoked</c>.</param>
/// <param name="CreatedAt">UTC, to the microsecond.</param>
/// <param name="ExpiresAt">From then on it is refused; absent: never.</param>
/// <param name="RevokedAt">Absent while it is not revoked.</param>
/// <param name="LastUsedAt">When it was sent last, to half a minute; absent: never.</param>
/// <param name="RotatedFrom">Id of the key that it took over from; absent when it was not made by a rotation.</param>
public sealed record ApiKeyResponse(
    string Id,
    string Name,
    string Prefix,
    IReadOnlyList<string> Scopes,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt,
    string? RotatedFrom)
{
    internal static ApiKeyResponse From(ApiKey key, DateTimeOffset now) => new(
        key.Id.ToString(),
        key.Name,
        key.Prefix,
        key.Scopes,
        key.IsGood(now) ? ApiKeyState.Active : key.RevokedAt is null ? ApiKeyState.Expired : ApiKeyState.Revoked,
        key.CreatedAt,
        key.ExpiresAt,
        key.RevokedAt,
        key.LastUsedAt,
        key.RotatedFrom?.ToString());
}

/// <summary>A new API key.</summary>
/// <param name="Secret">What clients send as <c>Authorization: Bearer SECRET</c> or <c>X-API-Key: SECRET</c>. Shown this once, and to the same request with the same <c>Idempotency-Key</c>: only its hash is kept.</param>
/// <param name="ApiKey">All else about it.</param>
public sealed record NewApiKeyResponse(string Secret, ApiKeyResponse ApiKey)
{
    internal static NewApiKeyResponse From(NewApiKey key, DateTimeOffset now) => new(key.Secret, ApiKeyResponse.From(key.Key, now));
}

/// <summary>The values of <see cref="ApiKeyResponse.State"/>; clients switch on them, so none is ever renamed.</summary>
internal static class ApiKeyState
{
    public const string Active = "active";
    public const string Expired = "expired";
    public const string Revoked = "revoked";

    public static IReadOnlyList<string> All { get; } = [Active, Expired, Revoked];
}
