using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Database;
using CloudNative.Metering.Time;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Customers;

internal static class CreateCustomer
{
    public static void MapCreateCustomer(this RouteGroupBuilder customers) => customers.MapPost("/", HandleAsync)
        .WithName("CreateCustomer").RequireScope(ApiScope.CustomersWrite)
        .Accepts<CustomerDefinition>("application/json")
        .WithMetadata(GivesETag.Instance)
        .AcceptsIdempotencyKey()
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Create a customer</summary>
    /// <remarks>
    /// All usage of its subjects is its usage from now on, also what was counted before. A subject belongs to one customer only: 409 when another has one of them, or the
    /// key. A 400 lists everything that is wrong at once.
    /// </remarks>
    internal static async Task<Results<Created<CustomerResponse>, ApiProblem>> HandleAsync(
        HttpContext context, MeteringDbContext database, TimeProvider clock, RequestErrors errors, CancellationToken cancellationToken)
    {
        if (await CustomerBody.ReadAsync(context.Request, errors, cancellationToken) is not { } definition || !CustomerValidator.IsGood(definition, errors))
            return Problem.Validation(errors);

        var customer = Customer.Create(context.User.TenantId(), definition, clock.GetUtcMicroseconds());
        database.Add(customer);
        if (await CustomerOwnership.SaveAsync(database, [customer], cancellationToken) is { Count: > 0 } owned)
            return CustomerEndpoints.Owned(owned);
        context.Response.Headers.ETag = IfMatch.TagOf(customer.Version);
        return TypedResults.Created($"{Api.BasePath}/customers/{customer.Id}", CustomerResponse.From(customer));
    }
}
