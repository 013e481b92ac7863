using System.Security.Claims;
using CloudNative.Metering.Audit;

namespace CloudNative.ApiService.Authentication;

internal static class ApiKeyClaims
{
    public const string Tenant = "tenant_id";
    public const string Key = "api_key_id";

    /// <summary>The tenant the caller belongs to; behind authentication there always is one.</summary>
    public static Ulid TenantId(this ClaimsPrincipal user) =>
        Ulid.Parse(user.FindFirstValue(Tenant) ?? throw new InvalidOperationException("No tenant: the route is open to anybody."));

    /// <summary>The key that acts, within its tenant.</summary>
    public static Actor Actor(this ClaimsPrincipal user) => new(user.TenantId(), Ulid.Parse(user.FindFirstValue(Key)!));
}
