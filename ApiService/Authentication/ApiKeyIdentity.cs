namespace CloudNative.ApiService.Authentication;

/// <summary>Whom a good key stands for.</summary>
/// <param name="KeyId">Id of the key, never the key itself.</param>
/// <param name="TenantId">The tenant everything the key does belongs to.</param>
/// <param name="Scopes">What the key may do.</param>
/// <param name="ExpiresAt">From then on the key is refused; null: never.</param>
/// <param name="ChangedAt">When what the key may do was changed last; see <see cref="ApiKeyChanges"/>.</param>
internal sealed record ApiKeyIdentity(Ulid KeyId, Ulid TenantId, string[] Scopes, DateTimeOffset? ExpiresAt, long ChangedAt);
