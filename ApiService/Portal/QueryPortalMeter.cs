using System.ComponentModel;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Meters;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.Database;
using CloudNative.Metering.Rollups;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudNative.ApiService.Portal;

internal static class QueryPortalMeter
{
    /// <summary>What is asked of the meter; the token says of whom.</summary>
    /// <param name="From">Inclusive, RFC 3339; absent: since the first event.</param>
    /// <param name="To">Exclusive, RFC 3339; absent: until the last event.</param>
    /// <param name="WindowSize"><c>MINUTE</c>, <c>HOUR</c>, <c>DAY</c>, <c>WEEK</c> (ISO, from Monday) or <c>MONTH</c>; absent: one row for the whole range.</param>
    /// <param name="WindowTimeZone">IANA time zone of the calendar units.</param>
    /// <param name="FilterGroupBy">
    /// Only these values of dimensions: <c>filterGroupBy[model]=gpt-4o</c>, repeated for any of several, or a JSON object of texts or arrays of texts.
    /// </param>
    /// <param name="AdvancedMeterGroupByFilters">Only values of dimensions that meet conditions, as JSON; see QueryMeter.</param>
    /// <param name="GroupBy"><c>subject</c> or a dimension of the meter, repeated.</param>
    internal sealed record Parameters(
        string? From, string? To, string? WindowSize, [property: DefaultValue("UTC")] string? WindowTimeZone, string? FilterGroupBy,
        string? AdvancedMeterGroupByFilters, [FromQuery] string[]? GroupBy);

    public static void MapQueryPortalMeter(this RouteGroupBuilder portal) =>
        portal.MapGet("/{slug}/query", HandleAsync).WithName("QueryPortalMeter").ProducesUsage()
            .WithMetadata(GivesETag.Instance).Produces(StatusCodes.Status304NotModified);

    /// <summary>Query a meter with a portal token</summary>
    /// <remarks>As QueryMeter, of the token's subject alone. A meter that the token may not ask is not found.</remarks>
    /// <param name="slug">The meter's slug.</param>
    internal static async Task<Results<Ok<UsageResponse>, TaggedUsage, UsageCsv, ApiProblem>> HandleAsync(
        string slug, [AsParameters] Parameters parameters, HttpContext context, MeteringDbContext database, KnownMeters meters, RollupQuery rollups, RequestErrors errors)
    {
        var token = context.User.PortalToken();
        if (!token.Allows(slug))
            return MeterEndpoints.MeterNotFound(slug);
        var asked = QueryMeter.Ask(
            new QueryMeter.Parameters(
                parameters.From, parameters.To, parameters.WindowSize, parameters.WindowTimeZone, Subject: [token.Subject], FilterCustomerId: null,
                parameters.FilterGroupBy, parameters.AdvancedMeterGroupByFilters, parameters.GroupBy),
            context.Request,
            errors);
        return await QueryMeter.AnswerAsync(slug, asked with { HidesCustomers = true }, errors, context, database, meters, rollups);
    }
}
