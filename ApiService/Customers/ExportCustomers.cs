using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CsvHelper;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Customers;

internal static class ExportCustomers
{
    public const string ContentType = "text/csv";

    public static void MapExportCustomers(this RouteGroupBuilder table) => table.MapGet("", Handle)
        .WithName("ExportCustomers").RequireScope(ApiScope.CustomersRead)
        .Produces<string>(StatusCodes.Status200OK, ContentType);

    /// <summary>Export customers</summary>
    /// <remarks>
    /// All customers that are not deleted, the oldest first, as the table that an import takes: importing it elsewhere creates the same customers, of other ids. A cell that a
    /// spreadsheet would run as a formula has an apostrophe in front.
    /// </remarks>
    internal static IResult Handle(ClaimsPrincipal user, MeteringDbContext database) => new Table(user.TenantId(), database);

    /// <summary>Written while it is read: however many they are, a few are in memory.</summary>
    private sealed class Table(Ulid tenantId, MeteringDbContext database) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var (response, cancellationToken) = (httpContext.Response, httpContext.RequestAborted);
            // Asked before the answer begins, so that a database that is away is a 503.
            await using var customers = database.Customers.AsNoTracking().Where(c => c.TenantId == tenantId).OrderBy(c => c.Id).AsAsyncEnumerable().GetAsyncEnumerator(cancellationToken);
            var isLeft = await customers.MoveNextAsync();

            response.ContentType = $"{ContentType}; charset=utf-8; header=present";
            response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = "customers.csv" }.ToString();
            await using var csv = CsvWriter.Create(response.Body, leaveOpen: true);
            await csv.WriteRecordAsync([.. CustomerTable.Columns], cancellationToken);
            for (; isLeft; isLeft = await customers.MoveNextAsync())
                await csv.WriteRecordAsync(CustomerTable.ToCells(customers.Current), cancellationToken);
        }
    }
}
