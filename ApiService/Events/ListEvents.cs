using System.ComponentModel;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Events;

internal static class ListEvents
{
    /// <summary>Which events; all conditions must hold.</summary>
    /// <param name="From">Events at or after this time, RFC 3339.</param>
    /// <param name="To">Events before this time, RFC 3339.</param>
    /// <param name="IngestedAtFrom">Events accepted at or after this time, RFC 3339.</param>
    /// <param name="IngestedAtTo">Events accepted before this time, RFC 3339.</param>
    /// <param name="Id">Exactly this id.</param>
    /// <param name="Source">Exactly this source.</param>
    /// <param name="Subject">Exactly this subject.</param>
    /// <param name="Type">Exactly this type.</param>
    /// <param name="Limit">At most so many events, 1 to 1000.</param>
    internal sealed record Parameters(
        string? From, string? To, string? IngestedAtFrom, string? IngestedAtTo, string? Id, string? Source, string? Subject, string? Type,
        [property: DefaultValue(PageLimit.Default)] int? Limit);

    /// <summary>One stored event and what became of it.</summary>
    /// <param name="Event">The event as it was received.</param>
    /// <param name="IngestedAt">When it was accepted.</param>
    /// <param name="StoredAt">When it was counted.</param>
    /// <param name="ValidationError">Why meters of its type did not count it; absent when all did.</param>
    /// <param name="Meters">Slugs of the meters that counted it, sorted.</param>
    internal sealed record IngestedEvent(
        RawJson Event, DateTimeOffset IngestedAt, DateTimeOffset StoredAt, string? ValidationError, IReadOnlyList<string> Meters);

    public static void MapListEvents(this RouteGroupBuilder events) => events.MapGet("/", HandleAsync).WithName("ListEvents");

    /// <summary>List events</summary>
    /// <remarks>Newest time first. An event is listed as soon as it is counted.</remarks>
    internal static async Task<Results<Ok<IngestedEvent[]>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, UsageEventList events, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
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
            Limit = PageLimit.Read(parameters.Limit, errors),
        };
        TimeRange.Check("from", filter.From, "to", filter.To, errors);
        TimeRange.Check("ingestedAtFrom", filter.IngestedAtFrom, "ingestedAtTo", filter.IngestedAtTo, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var stored = await events.ListAsync(user.TenantId(), filter, cancellationToken);
        return TypedResults.Ok(stored.Select(Describe).ToArray());
    }

    private static IngestedEvent Describe(StoredEvent stored) => new(
        new RawJson(stored.Event),
        stored.IngestedAt,
        stored.StoredAt,
        stored.Reasons.Count == 0 ? null : string.Join("; ", stored.Reasons),
        stored.Meters);
}
