using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.ApiKeys;

internal static class ApiKeyEndpoints
{
    public static IServiceCollection AddApiKeys(this IServiceCollection services)
    {
        services.AddScoped<ApiKeyDesk>();
        services.AddSingleton<UsedKeys>();
        services.AddHostedService<UsedKeysWriter>();
        return services;
    }

    public static void MapApiKeys(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/api-keys").WithTags("API keys").RequireScope(ApiScope.KeysManage);
        keys.MapCreateApiKey();
        keys.MapListApiKeys();
        keys.MapGet("/{id}", GetAsync).WithName("GetApiKey").ProducesProblem(StatusCodes.Status404NotFound);
        keys.MapRenameApiKey();
        keys.MapRotateApiKey();
        keys.MapDelete("/{id}", RevokeAsync).WithName("RevokeApiKey").ProducesProblem(StatusCodes.Status404NotFound);
    }

    public static ApiProblem NotFound(string id) => Problem.NotFound($"There is no API key '{id}'.");

    /// <summary>Get an API key</summary>
    /// <remarks>Never its secret.</remarks>
    /// <param name="id">The key's id.</param>
    internal static async Task<Results<Ok<ApiKeyResponse>, ApiProblem>> GetAsync(
        string id, ClaimsPrincipal user, MeteringDbContext database, TimeProvider clock, CancellationToken cancellationToken)
    {
        var tenantId = user.TenantId();
        if (!Ulid.TryParse(id, out var keyId)
            || await database.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.TenantId == tenantId && k.Id == keyId, cancellationToken) is not { } key)
            return NotFound(id);
        return TypedResults.Ok(ApiKeyResponse.From(key, clock.GetUtcNow()));
    }

    /// <summary>Revoke an API key</summary>
    /// <remarks>It is refused from now on, within a second by every process of the API. That is final; the key stays in the list. Also the key in use can be revoked.</remarks>
    /// <param name="id">The key's id.</param>
    internal static async Task<Results<NoContent, ApiProblem>> RevokeAsync(
        string id, ClaimsPrincipal user, ApiKeyDesk desk, ApiKeyLookup keys, CancellationToken cancellationToken)
    {
        if (!Ulid.TryParse(id, out var keyId) || await desk.RevokeAsync(user.Actor(), keyId, cancellationToken) is not { } key)
            return NotFound(id);
        await keys.DropAsync(key, cancellationToken);
        return TypedResults.NoContent();
    }
}
