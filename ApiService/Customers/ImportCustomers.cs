using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Database;
using CloudNative.Metering.Time;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Customers;

internal static class ImportCustomers
{
    private const string Example = "key,name,currency,subject_keys\nglobex,Globex,EUR,\"[\"\"globex-eu\"\"]\"\n";

    /// <summary>What was done.</summary>
    /// <param name="Created">Customers that are there now and were not before.</param>
    internal sealed record ImportResult(int Created);

    public static void MapImportCustomers(this RouteGroupBuilder table) => table.MapPost("", HandleAsync)
        .WithName("ImportCustomers").RequireScope(ApiScope.CustomersWrite)
        .Accepts<string>(ExportCustomers.ContentType)
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody!.Content![ExportCustomers.ContentType].Example = Example;
            return Task.CompletedTask;
        })
        .AcceptsIdempotencyKey()
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Import customers</summary>
    /// <remarks>
    /// CSV in UTF-8 (RFC 4180), up to 5,000 rows behind a header with some of the columns <c>key, name, description, primary_email, currency, country, postal_code, state,
    /// city, line1, line2, phone_number, subject_keys</c> (a JSON array of texts) and <c>metadata</c> (a JSON object of texts). An empty cell is a field that is not given. Each
    /// row creates a customer, all of them or none: a 400 lists everything that is wrong by line and column, and a 409 every key and subject that another customer has.
    /// An apostrophe before one of <c>= + - @</c> is taken away: the export puts it there against spreadsheets that would run such a cell.
    /// </remarks>
    internal static async Task<Results<Ok<ImportResult>, ApiProblem>> HandleAsync(
        HttpContext context, MeteringDbContext database, TimeProvider clock, RequestErrors errors, CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(context.Request, cancellationToken);
        var rows = CustomerTableReader.Read(body.Bytes, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var (tenantId, now) = (context.User.TenantId(), clock.GetUtcMicroseconds());
        var customers = rows.Select(row => Customer.Create(tenantId, row.Definition, now)).ToList();
        database.AddRange(customers);
        if (await CustomerOwnership.SaveAsync(database, customers, cancellationToken) is { Count: > 0 } owned)
            return Owned(rows, owned);
        return TypedResults.Ok(new ImportResult(customers.Count));
    }

    private static ApiProblem Owned(IReadOnlyList<CustomerLine> rows, IReadOnlyList<OwnedName> owned)
    {
        var owners = owned.DistinctBy(name => name.Name).ToDictionary(name => name.Name, name => name.OwnerId, StringComparer.Ordinal);
        var errors =
            from row in rows
            from cell in row.Names
            where owners.ContainsKey(cell.Name)
            select new FieldError(row.Field(cell.Column), ErrorCodes.Taken, $"'{cell.Name}' belongs to customer {owners[cell.Name]}.");
        return Problem.Conflict($"{owners.Count} keys or subjects belong to other customers; nothing was imported.", owned[0].OwnerId.ToString(), [.. errors]);
    }
}
