using System.Globalization;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Meters;

internal static class ListMeterValues
{
    /// <summary>The time range of distinct values.</summary>
    /// <param name="From">Inclusive, RFC 3339; absent: since the first event.</param>
    /// <param name="To">Exclusive, RFC 3339; absent: until the last event.</param>
    internal sealed record Parameters(string? From, string? To);

    public static void MapListMeterValues(this RouteGroupBuilder meters)
    {
        meters.MapGet("/{idOrSlug}/subjects", SubjectsAsync).WithName("ListMeterSubjects").RequireScope(ApiScope.UsageRead).ProducesProblem(StatusCodes.Status404NotFound);
        meters.MapGet("/{idOrSlug}/group-by/{key}/values", ValuesAsync).WithName("ListMeterGroupByValues").RequireScope(ApiScope.UsageRead).ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>List a meter's subjects</summary>
    /// <remarks>The distinct subjects of what the meter counted, sorted, up to 500,000: more are a 400. While its backfill runs, more may come.</remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    internal static async Task<Results<Ok<IReadOnlyList<string>>, ApiProblem>> SubjectsAsync(
        string idOrSlug, [AsParameters] Parameters parameters, ClaimsPrincipal user, MeteringDbContext database, RollupQuery rollups,
        RequestErrors errors, CancellationToken cancellationToken)
    {
        if (await database.FindMeterAsync(user.TenantId(), idOrSlug, cancellationToken) is not { } meter)
            return MeterEndpoints.MeterNotFound(idOrSlug);

        var range = UsageRequest.ReadRange(parameters.From, parameters.To, errors);
        return errors.Count > 0 ? Problem.Validation(errors) : Answer(await rollups.SubjectsAsync(meter, range, cancellationToken), rollups.Limits);
    }

    /// <summary>List a dimension's values</summary>
    /// <remarks>The distinct values of a group-by dimension of what the meter counted, sorted, up to 500,000: more are a 400. An empty text is that of events without one.</remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    /// <param name="key">The dimension's name.</param>
    internal static async Task<Results<Ok<IReadOnlyList<string>>, ApiProblem>> ValuesAsync(
        string idOrSlug, string key, [AsParameters] Parameters parameters, ClaimsPrincipal user, MeteringDbContext database, RollupQuery rollups,
        RequestErrors errors, CancellationToken cancellationToken)
    {
        if (await database.FindMeterAsync(user.TenantId(), idOrSlug, cancellationToken) is not { } meter)
            return MeterEndpoints.MeterNotFound(idOrSlug);
        if (!meter.GroupBy.ContainsKey(key))
            return Problem.NotFound($"Meter '{meter.Slug}' has no dimension '{key}'.");

        var range = UsageRequest.ReadRange(parameters.From, parameters.To, errors);
        return errors.Count > 0 ? Problem.Validation(errors) : Answer(await rollups.ValuesAsync(meter, key, range, cancellationToken), rollups.Limits);
    }

    private static Results<Ok<IReadOnlyList<string>>, ApiProblem> Answer(IReadOnlyList<string> values, UsageLimits limits) => values.Count <= limits.MaxValues
        ? TypedResults.Ok(values)
        : Problem.Validation("from", ErrorCodes.TooMany, string.Create(CultureInfo.InvariantCulture, $"There are more than {limits.MaxValues:N0}: ask for a shorter range, from and to."));
}
