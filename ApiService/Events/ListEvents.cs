using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Customers;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.Meters;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudNative.ApiService.Events;

internal static class ListEvents
{
    private const string CustomerParameter = "customerId";

    /// <summary>Which events; all conditions must hold.</summary>
    /// <param name="From">Events at or after this time, RFC 3339.</param>
    /// <param name="To">Events before this time, RFC 3339.</param>
    /// <param name="IngestedAtFrom">Events accepted at or after this time, RFC 3339.</param>
    /// <param name="IngestedAtTo">Events accepted before this time, RFC 3339.</param>
    /// <param name="Id">Exactly this id.</param>
    /// <param name="Source">Exactly this source.</param>
    /// <param name="Subject">Exactly this subject.</param>
    /// <param name="Type">Exactly this type.</param>
    /// <param name="CustomerId">Only events of these customers' subjects, ids, repeated up to 100 times.</param>
    /// <param name="Meter">Only events that this meter (its id or slug) counted; each comes with what it added, so that the values make up the meter's figure.</param>
    /// <param name="FilterGroupBy">
    /// Only events that the meter counted with these values of its dimensions: <c>filterGroupBy[model]=gpt-4o</c> or a JSON object; several values mean any of
    /// them. A dimension that an event does not have is the empty text.
    /// </param>
    /// <param name="Limit">At most so many events, 1 to 1000.</param>
    internal sealed record Parameters(
        string? From, string? To, string? IngestedAtFrom, string? IngestedAtTo, string? Id, string? Source, string? Subject, string? Type,
        [FromQuery][property: RegularExpression(SchemaPatterns.Ulid), MaxLength(CustomerIds.Max)] string[]? CustomerId, string? Meter, string? FilterGroupBy, string? Limit);

    /// <summary>One stored event and what became of it.</summary>
    /// <param name="Event">The event as it was received.</param>
    /// <param name="CustomerId">The customer that its subject belongs to now; absent when to none.</param>
    /// <param name="IngestedAt">When it was accepted.</param>
    /// <param name="StoredAt">When it was counted.</param>
    /// <param name="ValidationError">Why meters of its type did not count it; absent when all did.</param>
    /// <param name="Meters">Slugs of the meters that counted it, sorted.</param>
    /// <param name="Value">What it added to the meter that was asked for, 1 for COUNT; absent when none was, and for UNIQUE_COUNT.</param>
    /// <param name="DistinctValue">The text that a UNIQUE_COUNT meter, if that was asked for, counts once however many events have it; else absent.</param>
    internal sealed record IngestedEvent(
        RawJson Event, string? CustomerId, DateTimeOffset IngestedAt, DateTimeOffset StoredAt, string? ValidationError, IReadOnlyList<string> Meters,
        ExactNumber? Value, string? DistinctValue);

    public static void MapListEvents(this RouteGroupBuilder events) => events.MapGet("/", HandleAsync).WithName("ListEvents").RequireScope(ApiScope.EventsRead);

    /// <summary>List events</summary>
    /// <remarks>Newest time first. An event is listed as soon as it is counted.</remarks>
    internal static async Task<Results<Ok<IngestedEvent[]>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, HttpRequest request, ClaimsPrincipal user, UsageEventList events, MeteringDbContext database,
        RequestErrors errors, CancellationToken cancellationToken)
    {
        var meter = parameters.Meter is { } idOrSlug ? await database.FindMeterAsync(user.TenantId(), idOrSlug, cancellationToken) : null;
        var known = meter is not null ? KnownDimensions.Of(meter) : parameters.Meter is null ? null : KnownDimensions.Any;
        var filter = Read(parameters, errors) with { Meter = meter, Dimensions = ReadDimensions(request.QueryString, known, errors) };
        await CustomerIds.CheckAsync(CustomerParameter, filter.Customers, user.TenantId(), database, errors, cancellationToken);
        if (meter is null && parameters.Meter is not null)
            errors.Add(new FieldError("meter", ErrorCodes.Unknown, $"There is no meter '{parameters.Meter}'."));
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var stored = await events.ListAsync(user.TenantId(), filter, cancellationToken);
        return TypedResults.Ok(stored.Select(found => Describe(found, meter)).ToArray());
    }

    /// <summary>What an event added, as it is shown: 1 to a count; null where it added a text.</summary>
    public static ExactNumber? ValueOf(Contribution contribution) =>
        contribution.Text is null ? new((contribution.Value ?? 1).ToString(CultureInfo.InvariantCulture)) : null;

    private static Dictionary<string, IReadOnlyList<string>> ReadDimensions(QueryString query, KnownDimensions? known, List<FieldError> errors)
    {
        var dimensions = DimensionFilter.Read(query, errors);
        DimensionFilter.CheckValues(dimensions, errors);
        if (known is not null)
            DimensionFilter.Check(dimensions.Keys, DimensionFilter.Parameter, known, errors);
        else if (dimensions.Count > 0)
            errors.Add(new FieldError(DimensionFilter.Parameter, ErrorCodes.Invalid, "Needs 'meter': dimensions are a meter's."));
        return dimensions.ToDictionary(dimension => dimension.Key, dimension => dimension.Value.Values);
    }

    private static UsageEventFilter Read(Parameters parameters, List<FieldError> errors)
    {
        (string Name, string? Text)[] texts =
            [("id", parameters.Id), ("source", parameters.Source), ("subject", parameters.Subject), ("type", parameters.Type)];
        foreach (var (name, text) in texts)
            StorableText.Check(name, [text], errors);
        var filter = new UsageEventFilter
        {
            From = TimeRange.Read("from", parameters.From, errors),
            To = TimeRange.Read("to", parameters.To, errors),
            IngestedAtFrom = TimeRange.Read("ingestedAtFrom", parameters.IngestedAtFrom, errors),
            IngestedAtTo = TimeRange.Read("ingestedAtTo", parameters.IngestedAtTo, errors),
            Id = parameters.Id,
            Source = parameters.Source,
            Subject = parameters.Subject,
            Type = parameters.Type,
            Customers = CustomerIds.Read(CustomerParameter, parameters.CustomerId, errors),
            Limit = PageLimit.Read(parameters.Limit, errors),
        };
        TimeRange.Check("from", filter.From, "to", filter.To, errors);
        TimeRange.Check("ingestedAtFrom", filter.IngestedAtFrom, "ingestedAtTo", filter.IngestedAtTo, errors);
        return filter;
    }

    /// <summary>The event, with what it added to the meter that was asked for.</summary>
    public static IngestedEvent Describe(StoredEvent stored, Meter? asked)
    {
        var contribution = stored.Meters.FirstOrDefault(verdict => verdict.Meter.Id == asked?.Id)?.Contribution;
        var reasons = stored.Meters.Select(verdict => verdict.Reason).OfType<string>().ToList();
        return new IngestedEvent(
            new RawJson(stored.Event),
            stored.CustomerId?.ToString(),
            stored.IngestedAt,
            stored.StoredAt,
            reasons.Count == 0 ? null : string.Join("; ", reasons),
            [.. stored.Meters.Where(verdict => verdict.Contribution is not null).Select(verdict => verdict.Meter.Slug)],
            contribution is null ? null : ValueOf(contribution),
            contribution?.Text);
    }
}
