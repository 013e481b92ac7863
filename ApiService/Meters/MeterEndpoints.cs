using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Time;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Meters;

internal static class MeterEndpoints
{
    private static readonly Func<MeteringDbContext, Ulid, Ulid, CancellationToken, Task<Meter?>> ById = EF.CompileAsyncQuery(
        (MeteringDbContext database, Ulid tenantId, Ulid id, CancellationToken _) =>
            database.Meters.AsNoTracking().SingleOrDefault(m => m.TenantId == tenantId && m.Id == id));

    private static readonly Func<MeteringDbContext, Ulid, string, CancellationToken, Task<Meter?>> BySlug = EF.CompileAsyncQuery(
        (MeteringDbContext database, Ulid tenantId, string slug, CancellationToken _) =>
            database.Meters.AsNoTracking().SingleOrDefault(m => m.TenantId == tenantId && m.Slug == slug));

    public static void MapMeters(this RouteGroupBuilder api)
    {
        var meters = api.MapGroup("/meters").WithTags("Meters");
        meters.MapCreateMeter();
        meters.MapListMeters();
        meters.MapQueryMeter();
        meters.MapListMeterValues();
        meters.MapGetBackfill();
        meters.MapUpdateMeter();
        meters.MapPreviewMeter();
        meters.MapGet("/{idOrSlug}", GetAsync).WithName("GetMeter").RequireScope(ApiScope.MetersRead)
            .WithMetadata(GivesETag.Instance).ProducesProblem(StatusCodes.Status404NotFound);
        meters.MapDelete("/{idOrSlug}", DeleteAsync).WithName("DeleteMeter").RequireScope(ApiScope.MetersWrite)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }

    /// <summary>The meter that <paramref name="idOrSlug"/> names, deleted ones excepted. An id wins over a slug that looks like one.</summary>
    public static async Task<Meter?> FindMeterAsync(
        this MeteringDbContext database, Ulid tenantId, string idOrSlug, CancellationToken cancellationToken)
    {
        if (Ulid.TryParse(idOrSlug, out var id) && await ById(database, tenantId, id, cancellationToken) is { } byId)
            return byId;
        return await BySlug(database, tenantId, idOrSlug, cancellationToken);
    }

    public static ApiProblem MeterNotFound(string idOrSlug) => Problem.NotFound($"There is no meter '{idOrSlug}'.");

    /// <summary>Get a meter</summary>
    /// <remarks>Deleted meters are not found; list them with includeDeleted.</remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    internal static async Task<Results<Ok<MeterResponse>, ApiProblem>> GetAsync(
        string idOrSlug, ClaimsPrincipal user, MeteringDbContext database, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await database.FindMeterAsync(user.TenantId(), idOrSlug, cancellationToken) is not { } meter)
            return MeterNotFound(idOrSlug);
        response.Headers.ETag = IfMatch.TagOf(meter.Version);
        return TypedResults.Ok(MeterResponse.From(meter));
    }

    /// <summary>Delete a meter</summary>
    /// <remarks>Its events stay, and a new meter may take the slug.</remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    /// <param name="ifMatch">The ETag of what the client saw: 412 when it was changed since. Absent: whatever it is by now.</param>
    internal static async Task<Results<NoContent, ApiProblem>> DeleteAsync(
        string idOrSlug, [FromHeader(Name = IfMatch.Header)] string? ifMatch, ClaimsPrincipal user, MeteringDbContext database, TimeProvider clock,
        RequestErrors errors, CancellationToken cancellationToken)
    {
        IfMatch.Check(ifMatch, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);
        if (await database.FindMeterAsync(user.TenantId(), idOrSlug, cancellationToken) is not { } meter)
            return MeterNotFound(idOrSlug);
        if (IfMatch.Refusal(ifMatch, IfMatch.TagOf(meter.Version)) is { } refusal)
            return refusal;

        // One statement, so that of two deletes at once only one finds the meter, and none that somebody edited meanwhile.
        var now = clock.GetUtcMicroseconds();
        var deleted = await database.Meters.Where(m => m.Id == meter.Id && (ifMatch == null || m.Version == meter.Version)).ExecuteUpdateAsync(
            set => set.SetProperty(m => m.DeletedAt, now).SetProperty(m => m.UpdatedAt, now), cancellationToken);
        if (deleted == 1)
            return TypedResults.NoContent();
        return ifMatch is null ? MeterNotFound(idOrSlug) : IfMatch.Changed();
    }
}
