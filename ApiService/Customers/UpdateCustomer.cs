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

namespace CloudNative.ApiService.Customers;

internal static class UpdateCustomer
{
    public static void MapUpdateCustomer(this RouteGroupBuilder customers) => customers.MapPut("/{idOrKey}", HandleAsync)
        .WithName("UpdateCustomer").RequireScope(ApiScope.CustomersWrite)
        .Accepts<CustomerDefinition>("application/json")
        .WithMetadata(GivesETag.Instance)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Edit a customer</summary>
    /// <remarks>
    /// Replaces the whole definition: what is left out is empty afterwards. Usage of a subject that it gives up belongs to nobody, or to the customer that takes the subject
    /// next, also what was counted before.
    /// </remarks>
    /// <param name="idOrKey">The customer's id or key.</param>
    /// <param name="ifMatch">The ETag of what the client saw: 412 when it was changed since. Absent: whatever it is by now.</param>
    internal static async Task<Results<Ok<CustomerResponse>, ApiProblem>> HandleAsync(
        string idOrKey, [FromHeader(Name = IfMatch.Header)] string? ifMatch, HttpContext context, MeteringDbContext database, TimeProvider clock,
        RequestErrors errors, CancellationToken cancellationToken)
    {
        IfMatch.Check(ifMatch, errors);
        if (await CustomerBody.ReadAsync(context.Request, errors, cancellationToken) is not { } definition || !CustomerValidator.IsGood(definition, errors))
            return Problem.Validation(errors);

        return await ConcurrentEdit.RunAsync<CustomerResponse>(database, "customer", async () =>
        {
            if (await database.FindCustomerAsync(context, idOrKey, cancellationToken) is not { } customer)
                return CustomerEndpoints.NotFound(context, idOrKey);
            if (IfMatch.Refusal(ifMatch, IfMatch.TagOf(customer.Version)) is { } refusal)
                return refusal;
            database.Attach(customer);
            customer.Change(definition, clock.GetUtcMicroseconds());
            if (await CustomerOwnership.SaveAsync(database, [customer], cancellationToken) is { Count: > 0 } owned)
                return CustomerEndpoints.Owned(owned);
            context.Response.Headers.ETag = IfMatch.TagOf(customer.Version);
            return TypedResults.Ok(CustomerResponse.From(customer));
        });
    }
}
