using CloudNative.Metering.ApiKeys;

namespace CloudNative.Metering.Portal;

/// <summary>A short-lived secret with which one subject's own usage can be asked, and nothing else; only its hash is kept.</summary>
/// <param name="Id">Names it, to be invalidated.</param>
/// <param name="TenantId">Whose meters it asks.</param>
/// <param name="Subject">Whose usage it shows.</param>
/// <param name="AllowedMeterSlugs">The meters that it may ask; null: all of the tenant's, also later ones.</param>
/// <param name="CreatedAt">UTC, to the microsecond.</param>
/// <param name="ExpiresAt">From then on it is refused.</param>
/// <param name="InvalidatedAt">Since then it is refused; null: it was not invalidated.</param>
public sealed record PortalToken(
    Ulid Id, Ulid TenantId, string Subject, IReadOnlyList<string>? AllowedMeterSlugs, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? InvalidatedAt = null)
{
    /// <summary>Tells a token from an API key.</summary>
    public const string Mark = "cnm_portal_";

    public bool IsGood(DateTimeOffset at) => InvalidatedAt is null && ExpiresAt > at;

    /// <summary>Whether it may ask the meter.</summary>
    public bool Allows(string slug) => AllowedMeterSlugs is null || AllowedMeterSlugs.Contains(slug, StringComparer.Ordinal);

    public static string NewSecret() => ApiKeySecret.New(Mark);
}
