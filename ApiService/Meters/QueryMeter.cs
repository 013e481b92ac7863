using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Customers;
using CloudNative.ApiService.Edge;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace CloudNative.ApiService.Meters;

internal static class QueryMeter
{
    /// <summary>What is asked of the meter.</summary>
    /// <param name="From">Inclusive, RFC 3339; absent: since the first event.</param>
    /// <param name="To">Exclusive, RFC 3339; absent: until the last event.</param>
    /// <param name="WindowSize"><c>MINUTE</c>, <c>HOUR</c>, <c>DAY</c>, <c>WEEK</c> (ISO, from Monday) or <c>MONTH</c>; absent: one row for the whole range.</param>
    /// <param name="WindowTimeZone">IANA time zone of the calendar units.</param>
    /// <param name="Subject">Only these subjects, repeated; also groups by subject.</param>
    /// <param name="FilterCustomerId">Only usage of these customers' subjects, ids, repeated up to 100 times; also groups by customer.</param>
    /// <param name="FilterGroupBy">
    /// Only these values of dimensions: <c>filterGroupBy[model]=gpt-4o</c>, repeated for any of several, or a JSON object of texts or arrays of texts. A dimension
    /// that the events did not have is the empty text.
    /// </param>
    /// <param name="AdvancedMeterGroupByFilters">
    /// Only values of dimensions that meet conditions, as JSON: dimension to <c>{"$eq": …}</c>, and in the same way <c>$ne $in $nin $like $nlike $ilike $nilike
    /// $gt $gte $lt $lte $and $or</c>.
    /// </param>
    /// <param name="GroupBy"><c>subject</c>, <c>customer_id</c> or a dimension of the meter, repeated.</param>
    internal sealed record Parameters(
        string? From, string? To, string? WindowSize, [property: DefaultValue("UTC")] string? WindowTimeZone, [FromQuery] string[]? Subject,
        [FromQuery][property: RegularExpression(SchemaPatterns.Ulid), MaxLength(CustomerIds.Max)] string[]? FilterCustomerId, string? FilterGroupBy, string? AdvancedMeterGroupByFilters, [FromQuery] string[]? GroupBy);

    public static void MapQueryMeter(this RouteGroupBuilder meters)
    {
        meters.MapGet("/{idOrSlug}/query", GetAsync).WithName("QueryMeter").RequireScope(ApiScope.UsageRead).ProducesUsage()
            .WithMetadata(GivesETag.Instance).Produces(StatusCodes.Status304NotModified);
        meters.MapPost("/{idOrSlug}/query", PostAsync).WithName("QueryMeterPost").RequireScope(ApiScope.UsageRead).ProducesUsage()
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }

    /// <summary>Query a meter</summary>
    /// <remarks>
    /// Exact for any range [from, to), to the microsecond; a from or to inside a minute of which some events are no longer stored, because their retention is over,
    /// is a 400: ask for whole minutes there. Usage is the customer's that its subject belongs to now. Windows are not cut at from and to, though only events inside count. An empty COUNT or UNIQUE_COUNT
    /// without window and grouping is one row of 0. With <c>Accept: text/csv</c> the rows come as a table; a cell that a spreadsheet would run as a formula has
    /// an apostrophe in front. An answer has at most 100,000 rows: a question with more is a 400 that says so. An answer that is the same as the one whose ETag
    /// <c>If-None-Match</c> names is a 304 without a body.
    /// </remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    internal static Task<Results<Ok<UsageResponse>, TaggedUsage, UsageCsv, ApiProblem>> GetAsync(
        string idOrSlug, [AsParameters] Parameters parameters, HttpContext context, MeteringDbContext database, KnownMeters meters, RollupQuery rollups, RequestErrors errors)
    {
        var asked = Ask(parameters, context.Request, errors);
        return AnswerAsync(idOrSlug, asked, errors, context, database, meters, rollups);
    }

    /// <summary>Query a meter, with the question in the body</summary>
    /// <remarks>The same as the GET, for questions that are too long for an address.</remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    /// <param name="question">What is asked.</param>
    internal static Task<Results<Ok<UsageResponse>, TaggedUsage, UsageCsv, ApiProblem>> PostAsync(
        string idOrSlug, UsageRequest question, HttpContext context, MeteringDbContext database, KnownMeters meters, RollupQuery rollups, RequestErrors errors) =>
        AnswerAsync(idOrSlug, question, errors, context, database, meters, rollups);

    /// <summary>What is asked in the address; what can't be read is added to the errors.</summary>
    public static UsageRequest Ask(Parameters parameters, HttpRequest request, ICollection<FieldError> errors) => new()
    {
        From = parameters.From,
        To = parameters.To,
        WindowSize = parameters.WindowSize,
        WindowTimeZone = parameters.WindowTimeZone,
        Subject = parameters.Subject ?? [],
        FilterCustomerId = parameters.FilterCustomerId ?? [],
        FilterGroupBy = DimensionFilter.Read(request.QueryString, errors),
        AdvancedMeterGroupByFilters = JsonParameter.Read<Dictionary<string, FilterString>>(request, UsageRequest.AdvancedParameter, errors) ?? [],
        GroupBy = parameters.GroupBy,
    };

    /// <summary>A zone that is newer than the database server's list of them.</summary>
    public static FieldError UnknownZone(UsageQuery query) =>
        new("windowTimeZone", ErrorCodes.NotSupported, $"The database does not know the time zone '{query.TimeZone.Id}'.");

    /// <summary>The answer, as the client takes it; what is in the errors goes before.</summary>
    public static async Task<Results<Ok<UsageResponse>, TaggedUsage, UsageCsv, ApiProblem>> AnswerAsync(
        string idOrSlug, UsageRequest asked, List<FieldError> errors, HttpContext context, MeteringDbContext database, KnownMeters meters, RollupQuery rollups)
    {
        var cancellationToken = context.RequestAborted;
        var tenantId = context.User.TenantId();
        var meter = meters.Find(tenantId, idOrSlug);
        var asking = meter is null ? null : await AskAsync(meter, asked, errors, database, rollups, cancellationToken);
        if (asking?.Usage is null || asking.Usage.MeterVersion != meter!.Version)
        {
            meter = await meters.LoadAsync(database, tenantId, idOrSlug, cancellationToken);
            if (meter is null)
                return MeterEndpoints.MeterNotFound(idOrSlug);
            asking = await AskAsync(meter, asked, errors, database, rollups, cancellationToken);
        }

        if (asking.Usage is not { } usage)
            return Problem.Validation(asking.Errors);
        var query = asking.Query;
        if (usage.Rows.Count > rollups.Limits.MaxRows)
            return Problem.Validation([UsageRequest.TooLong(query, rollups.Limits)]);

        var answer = new UsageResponse(query.From, query.To, query.WindowSize, usage.IsIncomplete ? true : null, usage.Rows);
        context.Response.Headers.Vary = HeaderNames.Accept;
        var table = UsageCsv.IsPreferred(context.Request) ? new UsageCsv(meter, query, usage) : null;
        if (HttpMethods.IsGet(context.Request.Method))
            return new TaggedUsage(answer, table);
        return table is null ? TypedResults.Ok(answer) : table;
    }

    private static async Task<Asking> AskAsync(
        Meter meter, UsageRequest asked, IEnumerable<FieldError> errors, MeteringDbContext database, RollupQuery rollups, CancellationToken cancellationToken)
    {
        List<FieldError> found = [.. errors];
        var query = asked.Read(KnownDimensions.Of(meter), found);
        await CustomerIds.CheckAsync(UsageRequest.CustomerParameter, query.Customers, meter.TenantId, database, found, cancellationToken);
        try
        {
            return new Asking(query, found, found.Count == 0 ? await rollups.RunAsync(meter, query, cancellationToken) : null);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            return new Asking(query, [UnknownZone(query)], null);
        }
    }

    /// <summary>Documents what <see cref="AnswerAsync"/> answers with.</summary>
    public static RouteHandlerBuilder ProducesUsage(this RouteHandlerBuilder route) => route
        .ProducesProblem(StatusCodes.Status404NotFound)
        .WithMetadata(new AlsoGives(UsageCsv.ContentType));

    /// <summary>What came of the question to one version of the meter; no usage when something is wrong with it.</summary>
    private sealed record Asking(UsageQuery Query, IReadOnlyList<FieldError> Errors, Usage? Usage);
}
