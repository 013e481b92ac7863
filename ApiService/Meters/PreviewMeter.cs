using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Customers;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Time;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CloudNative.ApiService.Meters;

internal static class PreviewMeter
{
    /// <summary>What a definition would make of the events that are stored.</summary>
    /// <param name="From">As asked.</param>
    /// <param name="To">As asked.</param>
    /// <param name="WindowSize">As asked.</param>
    /// <param name="Partial">True when it looked at the newest events only (at most 200,000, for at most 3 seconds); else absent.</param>
    /// <param name="LookedBackTo">The time of the oldest event that it looked at; absent when there was none.</param>
    /// <param name="Scanned">Stored events that it looked at, of any type.</param>
    /// <param name="Counted">Of those, what the meter would count.</param>
    /// <param name="Ignored">Events of its type that it would not count, by reason, the most frequent first.</param>
    /// <param name="Data">As the meter's query would answer; of what it looked at.</param>
    internal sealed record PreviewResponse(
        DateTimeOffset? From, DateTimeOffset? To, WindowSize? WindowSize, bool? Partial, DateTimeOffset? LookedBackTo, long Scanned, long Counted,
        IReadOnlyList<IgnoredEvents> Ignored, IReadOnlyList<UsageRow> Data);

    public static void MapPreviewMeter(this RouteGroupBuilder meters) => meters.MapPost("/preview", HandleAsync)
        .WithName("PreviewMeter").RequireScope(ApiScope.UsageRead)
        .Accepts<MeterDefinition>("application/json")
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Preview a meter</summary>
    /// <remarks>
    /// What a definition would answer, before it is created: the events that are stored are counted for this one answer, the newest first, and only so many. It
    /// also tells what the meter would ignore, and why. Nothing is kept. As a query's, the answer has at most 100,000 rows.
    /// </remarks>
    internal static async Task<Results<Ok<PreviewResponse>, ApiProblem>> HandleAsync(
        [AsParameters] QueryMeter.Parameters parameters, HttpContext context, MeterPreview preview, UsageLimits limits, MeteringDbContext database, TimeProvider clock,
        RequestErrors errors, CancellationToken cancellationToken)
    {
        var tenantId = context.User.TenantId();
        var definition = await MeterBody.ReadDefinitionAsync(context.Request, errors, cancellationToken);
        var meter = definition is null ? null : MeterValidator.Create(definition, tenantId, clock.GetUtcMicroseconds(), errors);
        // What is wrong with the question is told with what is wrong with the definition.
        var known = definition is null || errors.Exists(error => error.Field == "groupBy")
            ? KnownDimensions.Any : new KnownDimensions(definition.Slug, definition.GroupBy?.Keys ?? []);
        var query = QueryMeter.Ask(parameters, context.Request, errors).Read(known, errors);
        await CustomerIds.CheckAsync(UsageRequest.CustomerParameter, query.Customers, tenantId, database, errors, cancellationToken);
        if (meter is null || errors.Count > 0)
            return Problem.Validation(errors);
        try
        {
            var made = await preview.RunAsync(meter, query, cancellationToken);
            if (made.Rows.Count > limits.MaxRows)
                return Problem.Validation([UsageRequest.TooLong(query, limits)]);
            return TypedResults.Ok(new PreviewResponse(
                query.From, query.To, query.WindowSize, made.IsPartial ? true : null, made.LookedBackTo, made.Scanned, made.Counted, made.Ignored, made.Rows));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            return Problem.Validation([QueryMeter.UnknownZone(query)]);
        }
    }
}
