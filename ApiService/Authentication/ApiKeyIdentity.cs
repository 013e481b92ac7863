namespace CloudNative.ApiService.Authentication;

/// <summary>Whom a good key stands for.</summary>
/// <param name="KeyId">Id of the key, never the key itself.</param>
/// <param name="TenantId">The tenant everything the key does belongs to.</param>
internal sealed record ApiKeyIdentity(Ulid KeyId, Ulid TenantId);
