using System.ComponentModel;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CloudNative.ApiService.Meters;

internal static class QueryMeter
{
    private const string Subject = "subject";
    private const string CustomerId = "customer_id";

    /// <summary>What is asked of the meter.</summary>
    /// <param name="From">Inclusive, RFC 3339; absent: since the first event.</param>
    /// <param name="To">Exclusive, RFC 3339; absent: until the last event.</param>
    /// <param name="WindowSize"><c>MINUTE</c>, <c>HOUR</c>, <c>DAY</c>, <c>WEEK</c> (ISO, from Monday) or <c>MONTH</c>; absent: one row for the whole range.</param>
    /// <param name="WindowTimeZone">IANA time zone of the calendar units.</param>
    /// <param name="Subject">Only these subjects, repeated; also groups by subject.</param>
    /// <param name="GroupBy"><c>subject</c> or a dimension of the meter, repeated.</param>
    internal sealed record Parameters(
        string? From, string? To, string? WindowSize, [property: DefaultValue("UTC")] string? WindowTimeZone, string[]? Subject, string[]? GroupBy);

    /// <summary>The time range of distinct values.</summary>
    /// <param name="From">Inclusive, RFC 3339; absent: since the first event.</param>
    /// <param name="To">Exclusive, RFC 3339; absent: until the last event.</param>
    internal sealed record RangeParameters(string? From, string? To);

    /// <summary>The meter's usage.</summary>
    /// <param name="From">As asked.</param>
    /// <param name="To">As asked.</param>
    /// <param name="WindowSize">As asked.</param>
    /// <param name="Incomplete">True while the meter has not counted all that was stored before its creation (see its backfill): more will come. Else absent.</param>
    /// <param name="Data">Ordered by window, subject and dimensions; windows without events give no row.</param>
    internal sealed record UsageResponse(
        DateTimeOffset? From, DateTimeOffset? To, WindowSize? WindowSize, bool? Incomplete, IReadOnlyList<UsageRow> Data);

    public static void MapQueryMeter(this RouteGroupBuilder meters)
    {
        meters.MapGet("/{idOrSlug}/query", QueryAsync).WithName("QueryMeter").ProducesProblem(StatusCodes.Status404NotFound);
        meters.MapGet("/{idOrSlug}/subjects", SubjectsAsync).WithName("ListMeterSubjects").ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>Query a meter</summary>
    /// <remarks>
    /// Exact for any range [from, to), to the microsecond. Windows are not cut at from and to, though only events inside count. An empty COUNT without
    /// window and grouping is one row of 0.
    /// </remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    internal static async Task<Results<Ok<UsageResponse>, ApiProblem>> QueryAsync(
        string idOrSlug, [AsParameters] Parameters parameters, ClaimsPrincipal user, MeteringDbContext database, RollupQuery rollups,
        CancellationToken cancellationToken)
    {
        if (await database.FindMeterAsync(user.TenantId(), idOrSlug, cancellationToken) is not { } meter)
            return MeterEndpoints.MeterNotFound(idOrSlug);

        var errors = new List<FieldError>();
        var query = Read(meter, parameters, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        try
        {
            var usage = await rollups.RunAsync(meter, query, cancellationToken);
            return TypedResults.Ok(new UsageResponse(query.From, query.To, query.WindowSize, usage.IsIncomplete ? true : null, usage.Rows));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            // A zone that is newer than the database server's list of them.
            return Problem.Validation("windowTimeZone", ErrorCodes.NotSupported, $"The database does not know the time zone '{query.TimeZone.Id}'.");
        }
    }

    /// <summary>List a meter's subjects</summary>
    /// <remarks>The distinct subjects of what the meter counted, sorted. While its backfill runs, more may come.</remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    internal static async Task<Results<Ok<IReadOnlyList<string>>, ApiProblem>> SubjectsAsync(
        string idOrSlug, [AsParameters] RangeParameters parameters, ClaimsPrincipal user, MeteringDbContext database, RollupQuery rollups,
        CancellationToken cancellationToken)
    {
        if (await database.FindMeterAsync(user.TenantId(), idOrSlug, cancellationToken) is not { } meter)
            return MeterEndpoints.MeterNotFound(idOrSlug);

        var errors = new List<FieldError>();
        var query = ReadRange(parameters.From, parameters.To, errors);
        return errors.Count > 0 ? Problem.Validation(errors) : TypedResults.Ok(await rollups.SubjectsAsync(meter, query, cancellationToken));
    }

    private static UsageQuery Read(Meter meter, Parameters parameters, List<FieldError> errors)
    {
        var groupBy = parameters.GroupBy ?? [];
        var subjects = parameters.Subject ?? [];
        foreach (var dimension in groupBy.Where(name => name != Subject && !meter.GroupBy.ContainsKey(name)))
            errors.Add(UnknownDimension(meter, dimension));

        return ReadRange(parameters.From, parameters.To, errors) with
        {
            WindowSize = WindowSizes.Read(parameters.WindowSize, errors),
            TimeZone = ReadZone(parameters.WindowTimeZone, errors),
            Subjects = subjects,
            GroupBySubject = subjects.Length > 0 || groupBy.Contains(Subject),
            Dimensions = [.. groupBy.Where(meter.GroupBy.ContainsKey)],
        };
    }

    private static UsageQuery ReadRange(string? fromText, string? toText, List<FieldError> errors)
    {
        var from = TimeRange.Read("from", fromText, errors);
        var to = TimeRange.Read("to", toText, errors);
        TimeRange.Check("from", from, "to", to, errors);
        return new UsageQuery { From = from, To = to };
    }

    private static TimeZoneInfo ReadZone(string? text, List<FieldError> errors)
    {
        if (text is null)
            return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) && zone.HasIanaId)
            return zone;

        errors.Add(new FieldError("windowTimeZone", ErrorCodes.Unknown, $"There is no IANA time zone '{text}'."));
        return TimeZoneInfo.Utc;
    }

    private static FieldError UnknownDimension(Meter meter, string name) => name == CustomerId
        ? new FieldError("groupBy", ErrorCodes.NotSupported, "Grouping by customer is not supported yet.")
        : new FieldError(
            "groupBy", ErrorCodes.Unknown,
            $"Meter '{meter.Slug}' has no dimension '{name}'; known are {string.Join(", ", meter.GroupBy.Keys.Prepend(Subject))}.");
}
