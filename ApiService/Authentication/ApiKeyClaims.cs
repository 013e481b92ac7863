using System.Security.Claims;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Audit;

namespace CloudNative.ApiService.Authentication;

internal static class ApiKeyClaims
{
    public const string Tenant = "tenant_id";
    public const string Key = "api_key_id";
    public const string Scope = "scope";

    /// <summary>The tenant the caller belongs to; behind authentication there always is one.</summary>
    public static Ulid TenantId(this ClaimsPrincipal user) =>
        Ulid.Parse(user.FindFirstValue(Tenant) ?? throw new InvalidOperationException("No tenant: the route is open to anybody."));

    /// <summary>The key that acts, within its tenant.</summary>
    public static Actor Actor(this ClaimsPrincipal user) => new(user.TenantId(), Ulid.Parse(user.FindFirstValue(Key)!));

    /// <summary>What the key may do.</summary>
    public static IReadOnlyCollection<string> Scopes(this ClaimsPrincipal user) => [.. user.FindAll(Scope).Select(claim => claim.Value)];

    /// <summary>Whether the key may do what the scope allows.</summary>
    public static bool HasScope(this ClaimsPrincipal user, string scope) =>
        user.HasClaim(claim => claim.Type == Scope && (claim.Value == scope || claim.Value == ApiScope.Everything));
}
