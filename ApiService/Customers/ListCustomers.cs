using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Customers;

internal static class ListCustomers
{
    // The database's own collation may know no letters but those of ASCII.
    private const string AnyCase = "und-x-icu";

    private const string Escape = "\\";

    private static readonly string[] OrderKeys = ["id", "key", "name", "createdAt", "updatedAt"];

    /// <summary>Which customers, and in what order; a text is found anywhere inside, in any case, and all that are given must be.</summary>
    /// <param name="Page">1-based number of the page.</param>
    /// <param name="PageSize">Customers a page, 1 to 1000.</param>
    /// <param name="Order"><c>ASC</c> or <c>DESC</c>.</param>
    /// <param name="OrderBy"><c>id</c>, <c>key</c>, <c>name</c>, <c>createdAt</c> or <c>updatedAt</c>; then the id.</param>
    /// <param name="IncludeDeleted">Whether deleted customers are listed, too.</param>
    /// <param name="Key">Part of the key.</param>
    /// <param name="Name">Part of the name.</param>
    /// <param name="PrimaryEmail">Part of the primary e-mail address.</param>
    /// <param name="Subject">Part of a subject: the key or a subject key.</param>
    internal sealed record Parameters(
        string? Page,
        string? PageSize,
        [property: DefaultValue(Paging.Ascending)] string? Order,
        [property: DefaultValue("name"), AllowedValues("id", "key", "name", "createdAt", "updatedAt")] string? OrderBy,
        string? IncludeDeleted,
        string? Key,
        string? Name,
        string? PrimaryEmail,
        string? Subject);

    /// <summary>A page of customers.</summary>
    /// <param name="TotalCount">Customers on all pages.</param>
    /// <param name="Page">As asked.</param>
    /// <param name="PageSize">As asked.</param>
    /// <param name="Items">In the order that was asked for.</param>
    internal sealed record CustomerPage(int TotalCount, int Page, int PageSize, IReadOnlyList<CustomerResponse> Items);

    public static void MapListCustomers(this RouteGroupBuilder customers) =>
        customers.MapGet("/", HandleAsync).WithName("ListCustomers").RequireScope(ApiScope.CustomersRead);

    /// <summary>List customers</summary>
    internal static async Task<Results<Ok<CustomerPage>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, MeteringDbContext database, RequestErrors errors, CancellationToken cancellationToken)
    {
        var page = Paging.Read(parameters.Page, parameters.PageSize, parameters.Order, parameters.OrderBy, OrderKeys, errors);
        var includesDeleted = Paging.ReadIncludeDeleted(parameters.IncludeDeleted, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var customers = Matching(database, user.TenantId(), parameters, includesDeleted);
        var total = await customers.CountAsync(cancellationToken);
        var listed = await Ordered(customers, parameters.OrderBy, parameters.Order).Page(page).ToListAsync(cancellationToken);
        return TypedResults.Ok(new CustomerPage(
            total, page.Number, page.Size, [.. listed.Select(CustomerResponse.From)]));
    }

    private static IQueryable<Customer> Matching(MeteringDbContext database, Ulid tenantId, Parameters parameters, bool includesDeleted)
    {
        var customers = database.Customers.AsNoTracking().Where(c => c.TenantId == tenantId);
        if (includesDeleted)
            customers = customers.IgnoreQueryFilters([MeteringDbContext.LiveOnly]);
        if (Pattern(parameters.Key) is { } key)
            customers = customers.Where(c => EF.Functions.ILike(EF.Functions.Collate(c.Key!, AnyCase), key, Escape));
        if (Pattern(parameters.Name) is { } name)
            customers = customers.Where(c => EF.Functions.ILike(EF.Functions.Collate(c.Name, AnyCase), name, Escape));
        if (Pattern(parameters.PrimaryEmail) is { } email)
            customers = customers.Where(c => EF.Functions.ILike(EF.Functions.Collate(c.PrimaryEmail!, AnyCase), email, Escape));
        if (Pattern(parameters.Subject) is { } subject)
        {
            customers = customers.Where(c => EF.Functions.ILike(EF.Functions.Collate(c.Key!, AnyCase), subject, Escape)
                || c.SubjectKeys.Any(s => EF.Functions.ILike(EF.Functions.Collate(s, AnyCase), subject, Escape)));
        }

        return customers;
    }

    private static string? Pattern(string? part)
    {
        if (part is null)
            return null;
        string[] special = [Escape, "%", "_"];
        return $"%{special.Aggregate(part, (text, c) => text.Replace(c, Escape + c, StringComparison.Ordinal))}%";
    }

    private static IQueryable<Customer> Ordered(IQueryable<Customer> customers, string? orderBy, string? order)
    {
        var ordered = orderBy switch
        {
            "id" => customers.Ordered(c => c.Id, order),
            "key" => customers.Ordered(c => c.Key, order),
            "createdAt" => customers.Ordered(c => c.CreatedAt, order),
            "updatedAt" => customers.Ordered(c => c.UpdatedAt, order),
            _ => customers.Ordered(c => c.Name, order),
        };
        return ordered.ThenBy(c => c.Id);
    }
}
