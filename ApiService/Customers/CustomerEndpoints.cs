using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Database;
using CloudNative.Metering.Time;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Customers;

internal static class CustomerEndpoints
{
    /// <summary>So many names stand in one message.</summary>
    private const int MaxNamed = 10;

    public static void MapCustomers(this RouteGroupBuilder api)
    {
        var customers = api.MapGroup("/customers").WithTags("Customers");
        customers.MapCreateCustomer();
        customers.MapListCustomers();
        customers.MapUpdateCustomer();
        customers.MapGet("/{idOrKey}", GetAsync).WithName("GetCustomer").RequireScope(ApiScope.CustomersRead)
            .WithMetadata(GivesETag.Instance).ProducesProblem(StatusCodes.Status404NotFound);
        customers.MapDelete("/{idOrKey}", DeleteAsync).WithName("DeleteCustomer").RequireScope(ApiScope.CustomersWrite)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);

        // Beside the customers: a path below would take a key's place.
        var table = api.MapGroup("/customers.csv").WithTags("Customers");
        table.MapExportCustomers();
        table.MapImportCustomers();
    }

    /// <summary>The customer that the path names, deleted ones excepted. An id wins over a key that looks like one.</summary>
    public static async Task<Customer?> FindCustomerAsync(
        this MeteringDbContext database, HttpContext context, string idOrKey, CancellationToken cancellationToken)
    {
        var (tenantId, name) = (context.User.TenantId(), NameOf(context, idOrKey));
        var customers = database.Customers.AsNoTracking().Where(c => c.TenantId == tenantId);
        if (Ulid.TryParse(name, out var id) && await customers.SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is { } byId)
            return byId;
        return await customers.SingleOrDefaultAsync(c => c.Key == name, cancellationToken);
    }

    public static ApiProblem NotFound(HttpContext context, string idOrKey) => Problem.NotFound($"There is no customer '{NameOf(context, idOrKey)}'.");

    public static ApiProblem Owned(IReadOnlyList<OwnedName> owned) => Problem.Conflict(
        $"{string.Join(", ", owned.Take(MaxNamed).Select(name => $"'{name.Name}'"))}{(owned.Count > MaxNamed ? ", …" : "")} "
        + $"{(owned.Count == 1 ? "belongs" : "belong")} to another customer; a key or a subject belongs to one only.",
        owned[0].OwnerId.ToString());

    private static string NameOf(HttpContext context, string idOrKey) => PathNames.Last(context, 1)?[0] ?? idOrKey;

    /// <summary>Get a customer</summary>
    /// <remarks>Deleted customers are not found; list them with includeDeleted. A key that is <c>.</c> or <c>..</c> can't stand in a path: use the id.</remarks>
    /// <param name="idOrKey">The customer's id, or its key, percent-encoded.</param>
    internal static async Task<Results<Ok<CustomerResponse>, ApiProblem>> GetAsync(
        string idOrKey, HttpContext context, MeteringDbContext database, CancellationToken cancellationToken)
    {
        if (await database.FindCustomerAsync(context, idOrKey, cancellationToken) is not { } customer)
            return NotFound(context, idOrKey);
        context.Response.Headers.ETag = IfMatch.TagOf(customer.Version);
        return TypedResults.Ok(CustomerResponse.From(customer));
    }

    /// <summary>Delete a customer</summary>
    /// <remarks>Its usage stays, and belongs to nobody. Other customers may take its key and its subjects.</remarks>
    /// <param name="idOrKey">The customer's id, or its key, percent-encoded.</param>
    /// <param name="ifMatch">The ETag of what the client saw: 412 when it was changed since. Absent: whatever it is by now.</param>
    internal static async Task<Results<NoContent, ApiProblem>> DeleteAsync(
        string idOrKey, [FromHeader(Name = IfMatch.Header)] string? ifMatch, HttpContext context, MeteringDbContext database, TimeProvider clock,
        RequestErrors errors, CancellationToken cancellationToken)
    {
        IfMatch.Check(ifMatch, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);
        if (await database.FindCustomerAsync(context, idOrKey, cancellationToken) is not { } customer)
            return NotFound(context, idOrKey);
        if (IfMatch.Refusal(ifMatch, IfMatch.TagOf(customer.Version)) is { } refusal)
            return refusal;

        // One statement, so that of two deletes at once only one finds the customer, and none that somebody edited meanwhile.
        var now = clock.GetUtcMicroseconds();
        var deleted = await database.Customers.Where(c => c.Id == customer.Id && (ifMatch == null || c.Version == customer.Version)).ExecuteUpdateAsync(
            set => set.SetProperty(c => c.DeletedAt, now).SetProperty(c => c.UpdatedAt, now), cancellationToken);
        if (deleted == 1)
            return TypedResults.NoContent();
        return ifMatch is null ? NotFound(context, idOrKey) : IfMatch.Changed();
    }
}
