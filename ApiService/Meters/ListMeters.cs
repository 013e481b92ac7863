using System.ComponentModel;
using System.Linq.Expressions;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Meters;

internal static class ListMeters
{
    public const int DefaultPageSize = 100;
    public const int MaxPageSize = 1000;

    private static readonly string[] Orders = ["ASC", "DESC"];
    private static readonly string[] OrderKeys = ["key", "name", "aggregation", "createdAt", "updatedAt"];

    /// <summary>Which meters, and in what order.</summary>
    /// <param name="Page">1-based number of the page.</param>
    /// <param name="PageSize">Meters a page, 1 to 1000.</param>
    /// <param name="Order"><c>ASC</c> or <c>DESC</c>.</param>
    /// <param name="OrderBy"><c>key</c> (the slug), <c>name</c>, <c>aggregation</c>, <c>createdAt</c> or <c>updatedAt</c>; then the id.</param>
    /// <param name="IncludeDeleted">Whether deleted meters are listed, too.</param>
    internal sealed record Parameters(
        [property: DefaultValue(1)] int? Page,
        [property: DefaultValue(DefaultPageSize)] int? PageSize,
        [property: DefaultValue("ASC")] string? Order,
        [property: DefaultValue("key")] string? OrderBy,
        [property: DefaultValue(false)] bool? IncludeDeleted);

    public static void MapListMeters(this RouteGroupBuilder meters) => meters.MapGet("/", HandleAsync).WithName("ListMeters").RequireScope(ApiScope.MetersRead);

    /// <summary>List meters</summary>
    internal static async Task<Results<Ok<MeterResponse[]>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, MeteringDbContext database, CancellationToken cancellationToken)
    {
        if (Validate(parameters) is { Count: > 0 } errors)
            return Problem.Validation(errors);

        var tenantId = user.TenantId();
        var meters = database.Meters.AsNoTracking().Where(m => m.TenantId == tenantId);
        if (parameters.IncludeDeleted == true)
            meters = meters.IgnoreQueryFilters([MeteringDbContext.LiveOnly]);
        var size = parameters.PageSize ?? DefaultPageSize;
        var page = await Ordered(meters, parameters.OrderBy ?? "key", parameters.Order == "DESC")
            .Skip(((parameters.Page ?? 1) - 1) * size).Take(size).ToListAsync(cancellationToken);
        return TypedResults.Ok(page.Select(MeterResponse.From).ToArray());
    }

    private static List<FieldError> Validate(Parameters parameters)
    {
        var errors = new List<FieldError>();
        if (parameters.Page is < 1 or > int.MaxValue / MaxPageSize)
            errors.Add(new FieldError("page", ErrorCodes.OutOfRange, $"Must be 1 to {int.MaxValue / MaxPageSize}."));
        if (parameters.PageSize is < 1 or > MaxPageSize)
            errors.Add(new FieldError("pageSize", ErrorCodes.OutOfRange, $"Must be 1 to {MaxPageSize}."));
        if (parameters.Order is { } order && !Orders.Contains(order))
            errors.Add(new FieldError("order", ErrorCodes.Invalid, $"Must be one of {string.Join(", ", Orders)}."));
        if (parameters.OrderBy is { } key && !OrderKeys.Contains(key))
            errors.Add(new FieldError("orderBy", ErrorCodes.Invalid, $"Must be one of {string.Join(", ", OrderKeys)}."));
        return errors;
    }

    private static IQueryable<Meter> Ordered(IQueryable<Meter> meters, string orderBy, bool descending)
    {
        var ordered = orderBy switch
        {
            "name" => By(m => m.Name),
            "aggregation" => By(m => m.Aggregation),
            "createdAt" => By(m => m.CreatedAt),
            "updatedAt" => By(m => m.UpdatedAt),
            _ => By(m => m.Slug),
        };
        return ordered.ThenBy(m => m.Id);

        IOrderedQueryable<Meter> By<TKey>(Expression<Func<Meter, TKey>> key) => descending ? meters.OrderByDescending(key) : meters.OrderBy(key);
    }
}
