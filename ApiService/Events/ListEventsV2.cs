using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Customers;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Events;

internal static class ListEventsV2
{
    /// <summary>Which events, and from where on.</summary>
    /// <param name="Cursor">The nextCursor of the page before; absent: the first page.</param>
    /// <param name="Limit">At most so many events, 1 to 1000.</param>
    /// <param name="Filter">
    /// JSON: an object of conditions on <c>id, source, subject, type</c> (<c>{"$eq": …}</c>, and in the same way <c>$ne $in $nin $like $nlike $ilike $nilike $gt $gte $lt
    /// $lte $and $or</c>), on <c>time, ingestedAt</c> (<c>$gt $gte $lt $lte</c>, RFC 3339), and on <c>customerId</c> (<c>$in</c>, ids).
    /// </param>
    internal sealed record Parameters(string? Cursor, string? Limit, string? Filter);

    /// <summary>A page of events.</summary>
    /// <param name="Items">Newest time first.</param>
    /// <param name="NextCursor">Names the next page; absent behind the last event.</param>
    internal sealed record Page(IReadOnlyList<ListEvents.IngestedEvent> Items, string? NextCursor);

    public static void MapEventsV2(this RouteGroupBuilder api) => api.MapGet("/events", HandleAsync).WithName("ListEventsV2").RequireScope(ApiScope.EventsRead).WithTags("Events");

    /// <summary>List events, page by page</summary>
    /// <remarks>Newest time first. What comes in while a client turns the pages moves nothing: each page begins behind the last event of the one before.</remarks>
    internal static async Task<Results<Ok<Page>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, HttpRequest request, ClaimsPrincipal user, UsageEventList events, MeteringDbContext database,
        RequestErrors errors, CancellationToken cancellationToken)
    {
        var limit = PageLimit.Read(parameters.Limit, errors);
        var filter = JsonParameter.Read<EventFilter>(request, "filter", errors)?.Read("filter", errors) ?? new UsageEventFilter();
        await CustomerIds.CheckAsync("filter.customerId.$in", filter.Customers, user.TenantId(), database, errors, cancellationToken);
        EventCursor? after = null;
        if (parameters.Cursor is { } cursor && !EventCursor.TryParse(cursor, out after))
            errors.Add(new FieldError("cursor", ErrorCodes.Invalid, "Must be the nextCursor of another page."));
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var found = await events.ListAsync(user.TenantId(), filter with { After = after, Limit = limit + 1 }, cancellationToken);
        var (items, next) = PageLimit.Cut(found, limit, stored => ListEvents.Describe(stored, null), stored => stored.Cursor.ToString());
        return TypedResults.Ok(new Page(items, next));
    }
}
