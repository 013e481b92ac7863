using CloudNative.ApiService.Customers;
using CloudNative.ApiService.Edge;
using CloudNative.ApiService.Json;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CsvHelper;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Meters;

/// <summary>A meter's usage as a table: CSV of RFC 4180, with a header. Subjects and dimensions are what senders of events chose; a value is a number.</summary>
internal sealed class UsageCsv(Meter meter, UsageQuery query, Usage usage) : IResult
{
    public const string ContentType = "text/csv";

    /// <summary>Whether a request prefers this to JSON, or names only this.</summary>
    public static bool IsPreferred(HttpRequest request)
    {
        var csv = AcceptedAnswers.QualityOf(request, ContentType);
        return csv.Quality > 0 && csv.CompareTo(AcceptedAnswers.QualityOf(request, "application/json")) > 0;
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        Announce(httpContext.Response);
        return WriteAsync(httpContext.Response.Body, httpContext.RequestAborted);
    }

    public void Announce(HttpResponse response)
    {
        response.ContentType = $"{ContentType}; charset=utf-8; header=present";
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = $"{meter.Slug}.csv" }.ToString();
    }

    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using var csv = CsvWriter.Create(stream, leaveOpen: true);
        var dimensions = query.Dimensions.Distinct().Order(StringComparer.Ordinal).ToList();
        await csv.WriteRecordAsync(["window_start", "window_end", .. Subject("subject"), .. Customer("customer_id"), .. dimensions, "value"], cancellationToken);
        foreach (var row in usage.Rows)
        {
            await csv.WriteRecordAsync(
                [
                    Rfc3339JsonConverter.Format(row.WindowStart), Rfc3339JsonConverter.Format(row.WindowEnd), .. Subject(SpreadsheetText.ToCell(row.Subject)), .. Customer(row.CustomerId),
                    .. dimensions.Select(dimension => SpreadsheetText.ToCell(row.GroupBy[dimension])), row.Value.Digits,
                ], cancellationToken);
        }
    }

    private IEnumerable<string?> Subject(string? value) => query.GroupBySubject ? [value] : [];

    private IEnumerable<string?> Customer(string? value) => query.GroupByCustomer ? [value] : [];
}
