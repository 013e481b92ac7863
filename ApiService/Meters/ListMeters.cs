using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Meters;

internal static class ListMeters
{
    private static readonly string[] OrderKeys = ["key", "name", "aggregation", "createdAt", "updatedAt"];

    /// <summary>Which meters, and in what order.</summary>
    /// <param name="Page">1-based number of the page.</param>
    /// <param name="PageSize">Meters a page, 1 to 1000.</param>
    /// <param name="Order"><c>ASC</c> or <c>DESC</c>.</param>
    /// <param name="OrderBy"><c>key</c> (the slug), <c>name</c>, <c>aggregation</c>, <c>createdAt</c> or <c>updatedAt</c>; then the id.</param>
    /// <param name="IncludeDeleted">Whether deleted meters are listed, too.</param>
    internal sealed record Parameters(
        string? Page,
        string? PageSize,
        [property: DefaultValue(Paging.Ascending)] string? Order,
        [property: DefaultValue("key"), AllowedValues("key", "name", "aggregation", "createdAt", "updatedAt")] string? OrderBy,
        string? IncludeDeleted);

    public static void MapListMeters(this RouteGroupBuilder meters) => meters.MapGet("/", HandleAsync).WithName("ListMeters").RequireScope(ApiScope.MetersRead);

    /// <summary>List meters</summary>
    internal static async Task<Results<Ok<MeterResponse[]>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, MeteringDbContext database, RequestErrors errors, CancellationToken cancellationToken)
    {
        var page = Paging.Read(parameters.Page, parameters.PageSize, parameters.Order, parameters.OrderBy, OrderKeys, errors);
        var includesDeleted = Paging.ReadIncludeDeleted(parameters.IncludeDeleted, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var tenantId = user.TenantId();
        var meters = database.Meters.AsNoTracking().Where(m => m.TenantId == tenantId);
        if (includesDeleted)
            meters = meters.IgnoreQueryFilters([MeteringDbContext.LiveOnly]);
        var listed = await Ordered(meters, parameters.OrderBy, parameters.Order).Page(page).ToListAsync(cancellationToken);
        return TypedResults.Ok(listed.Select(MeterResponse.From).ToArray());
    }

    private static IQueryable<Meter> Ordered(IQueryable<Meter> meters, string? orderBy, string? order)
    {
        var ordered = orderBy switch
        {
            "name" => meters.Ordered(m => m.Name, order),
            "aggregation" => meters.Ordered(m => m.Aggregation, order),
            "createdAt" => meters.Ordered(m => m.CreatedAt, order),
            "updatedAt" => meters.Ordered(m => m.UpdatedAt, order),
            _ => meters.Ordered(m => m.Slug, order),
        };
        return ordered.ThenBy(m => m.Id);
    }
}
