using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Meters;

internal static class GetBackfill
{
    public static void MapGetBackfill(this RouteGroupBuilder meters) =>
        meters.MapGet("/{idOrSlug}/backfill", HandleAsync).WithName("GetMeterBackfill").RequireScope(ApiScope.MetersRead).ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>Get a meter's backfill</summary>
    /// <remarks>
    /// How much a meter has counted of what was stored before its creation, or before its dimensions were changed. Until the state is DONE, queries that need it
    /// are incomplete and say so. What is sent afterwards is counted at once in any case.
    /// </remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    internal static async Task<Results<Ok<BackfillProgress>, ApiProblem>> HandleAsync(
        string idOrSlug, ClaimsPrincipal user, MeteringDbContext database, BackfillQuery backfills, CancellationToken cancellationToken)
    {
        if (await database.FindMeterAsync(user.TenantId(), idOrSlug, cancellationToken) is not { } meter)
            return MeterEndpoints.MeterNotFound(idOrSlug);
        return await backfills.FindAsync(meter.Generation, cancellationToken) is { } progress ? TypedResults.Ok(progress) : MeterEndpoints.MeterNotFound(idOrSlug);
    }
}
