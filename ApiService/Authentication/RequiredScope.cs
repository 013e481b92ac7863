using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using Microsoft.AspNetCore.Authorization;

namespace CloudNative.ApiService.Authentication;

/// <summary>What a key must be allowed to do to use a route; see <see cref="ApiScope"/>.</summary>
internal sealed record RequiredScope(string Scope)
{
    /// <summary>The scope of the route that was asked for.</summary>
    public static string? Of(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>()?.Scope;
}

/// <summary>The key may do what its route needs. A route that names no scope is closed to everybody, so that none is left open by oversight.</summary>
internal sealed class ScopeRequirement : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.Resource is HttpContext http && RequiredScope.Of(http) is { } scope && context.User.HasScope(scope))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

internal static class ScopeAuthorization
{
    /// <summary>Every route of the group needs a key with the scope that the route names by <see cref="RequireScope"/>.</summary>
    public static RouteGroupBuilder RequireApiKey(this RouteGroupBuilder group) => group
        .RequireAuthorization(policy => policy.RequireAuthenticatedUser().AddRequirements(new ScopeRequirement()))
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden);

    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequiredScope(scope));
}
