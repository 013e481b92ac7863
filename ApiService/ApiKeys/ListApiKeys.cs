using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.ApiKeys;

internal static class ListApiKeys
{
    /// <summary>Which keys; all conditions must hold.</summary>
    /// <param name="State"><c>active</c>, <c>expired</c> or <c>revoked</c>; absent: any.</param>
    /// <param name="Cursor">The <c>nextCursor</c> of the part before.</param>
    /// <param name="Limit">At most so many keys, 1 to 1000.</param>
    internal sealed record Parameters(
        [property: AllowedValues(ApiKeyState.Active, ApiKeyState.Expired, ApiKeyState.Revoked)] string? State, [property: RegularExpression(SchemaPatterns.Ulid)] string? Cursor,
        string? Limit);

    /// <summary>A part of the list, newest first.</summary>
    /// <param name="Items">The keys, without their secrets.</param>
    /// <param name="NextCursor">To be sent as <c>cursor</c> for the next part; absent at the end.</param>
    internal sealed record ApiKeyPage(IReadOnlyList<ApiKeyResponse> Items, string? NextCursor);

    public static void MapListApiKeys(this RouteGroupBuilder keys) => keys.MapGet("/", HandleAsync).WithName("ListApiKeys");

    /// <summary>List API keys</summary>
    /// <remarks>Newest first. Also those that are expired or revoked stay in the list.</remarks>
    internal static async Task<Results<Ok<ApiKeyPage>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, MeteringDbContext database, TimeProvider clock, RequestErrors errors, CancellationToken cancellationToken)
    {
        var limit = PageLimit.Read(parameters.Limit, errors);
        var after = UlidParameter.Read("cursor", parameters.Cursor, errors);
        if (parameters.State is { } state && !ApiKeyState.All.Contains(state))
            errors.Add(new FieldError("state", ErrorCodes.Invalid, $"Must be one of {string.Join(", ", ApiKeyState.All)}."));
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var now = clock.GetUtcNow();
        var keys = await In(parameters.State, After(database, user.TenantId(), after), now)
            .OrderByDescending(k => k.Id).Take(limit + 1).ToListAsync(cancellationToken);
        var (items, next) = PageLimit.Cut(keys, limit, key => ApiKeyResponse.From(key, now), key => key.Id.ToString());
        return TypedResults.Ok(new ApiKeyPage(items, next));
    }

    // LINQ can't compare ULIDs.
    private static IQueryable<ApiKey> After(MeteringDbContext database, Ulid tenantId, Ulid? after)
    {
        var (tenant, cursor) = (tenantId.ToUuid(), after?.ToUuid());
        return database.ApiKeys
            .FromSql($"select * from api_keys where tenant_id = {tenant} and ({cursor}::uuid is null or id < {cursor}::uuid)").AsNoTracking();
    }

    private static IQueryable<ApiKey> In(string? state, IQueryable<ApiKey> keys, DateTimeOffset now) => state switch
    {
        ApiKeyState.Active => keys.Where(k => k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now)),
        ApiKeyState.Expired => keys.Where(k => k.RevokedAt == null && k.ExpiresAt <= now),
        ApiKeyState.Revoked => keys.Where(k => k.RevokedAt != null),
        _ => keys,
    };
}
