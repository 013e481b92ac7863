using CloudNative.Metering.Portal;

namespace CloudNative.ApiService.Portal;

/// <summary>A portal token.</summary>
/// <param name="Id">ULID.</param>
/// <param name="Subject">Whose usage it shows.</param>
/// <param name="AllowedMeterSlugs">The meters that it may ask; absent: all, also later ones.</param>
/// <param name="CreatedAt">UTC, to the microsecond.</param>
/// <param name="ExpiresAt">From then on it is refused; UTC.</param>
/// <param name="Expired">It has ended: it has expired, or was invalidated.</param>
/// <param name="InvalidatedAt">Since then it is refused; absent: it was not invalidated.</param>
/// <param name="Token">What the browser sends as <c>Authorization: Bearer TOKEN</c>. Only in the answer to its creation: only its hash is kept.</param>
public sealed record PortalTokenResponse(
    string Id,
    string Subject,
    IReadOnlyList<string>? AllowedMeterSlugs,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    bool Expired,
    DateTimeOffset? InvalidatedAt,
    string? Token)
{
    internal static PortalTokenResponse From(PortalToken token, DateTimeOffset now, string? secret = null) => new(
        token.Id.ToString(),
        token.Subject,
        token.AllowedMeterSlugs,
        token.CreatedAt,
        token.ExpiresAt,
        !token.IsGood(now),
        token.InvalidatedAt,
        secret);
}
