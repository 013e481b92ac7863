using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Edge;
using CloudNative.ApiService.Problems;
using CloudNative.ApiService.RateLimits;
using CloudNative.Metering.Portal;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Portal;

/// <summary>Marks a route that takes portal tokens, and nothing else.</summary>
internal sealed class PortalRoute
{
    public static PortalRoute Instance { get; } = new();

    public static bool IsAskedFor(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<PortalRoute>() is not null;
}

/// <summary>Who may use the routes for portal tokens, and from where.</summary>
internal static class PortalAccess
{
    private static readonly TimeSpan PreflightIsGoodFor = TimeSpan.FromMinutes(10);

    private static readonly string[] Sent = [HeaderNames.Authorization, HeaderNames.Accept, HeaderNames.IfNoneMatch, RequestId.Header];

    // What a browser would hide from the page.
    private static readonly string[] Answered =
        [HeaderNames.ETag, HeaderNames.RetryAfter, HeaderNames.ContentDisposition, RequestId.Header, RateLimitHeaders.Policy, RateLimitHeaders.Limit];

    /// <summary>Every route of the group needs a portal token. An API key is none, and a token is none elsewhere.</summary>
    public static RouteGroupBuilder RequirePortalToken(this RouteGroupBuilder group) => group
        .WithMetadata(PortalRoute.Instance)
        .RequireAuthorization(policy => policy.AddAuthenticationSchemes(PortalTokenAuthenticationHandler.SchemeName).RequireAuthenticatedUser())
        .ProducesProblem(StatusCodes.Status401Unauthorized);

    /// <summary>Lets web pages of the configured origins ask.</summary>
    public static void AllowOrigins(this RouteGroupBuilder group, PortalOptions options)
    {
        if (options.Origins.Count == 0)
            return;
        group.RequireCors(policy => policy
            .WithOrigins([.. options.Origins])
            .WithMethods(HttpMethods.Get)
            .WithHeaders(Sent)
            .WithExposedHeaders(Answered)
            .SetPreflightMaxAge(PreflightIsGoodFor));
    }

    /// <summary>Before authentication: a preflight has no token.</summary>
    public static void UsePortalOrigins(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<PortalOptions>>().Value.Origins.Count > 0)
            app.UseWhen(PortalRoute.IsAskedFor, portal => portal.UseCors());
    }

    /// <summary>The token that asks.</summary>
    public static PortalToken PortalToken(this ClaimsPrincipal user) => ((PortalIdentity)user.Identity!).Token;
}

/// <summary>Somebody with a portal token. To rate limits the token is what a key is.</summary>
internal sealed class PortalIdentity(PortalToken token) : ClaimsIdentity(
    [new Claim(ApiKeyClaims.Tenant, token.TenantId.ToString()), new Claim(ApiKeyClaims.Key, token.Id.ToString())],
    PortalTokenAuthenticationHandler.SchemeName)
{
    public PortalToken Token => token;
}
