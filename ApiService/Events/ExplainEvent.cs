using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.DeadLetters;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.Ledger;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Rollups;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Events;

internal static class ExplainEvent
{
    /// <summary>Where an event stands, and why.</summary>
    /// <param name="Source">As asked, decoded.</param>
    /// <param name="Id">As asked, decoded.</param>
    /// <param name="State"><c>counted</c> by at least one meter; <c>unmatched</c>: stored, and no meter counted it; <c>dead_letter</c>: not stored.</param>
    /// <param name="Stored">The stored event; absent when there is only a dead letter. Of events that were sent again, the first counts; the others are only in the ledger.</param>
    /// <param name="Meters">What each meter of its type made of it, by slug.</param>
    /// <param name="DeadLetters">Dead letters that show this source and id, newest first.</param>
    internal sealed record EventStanding(
        string Source, string Id, string State, StoredPart? Stored, IReadOnlyList<MeterPart> Meters, IReadOnlyList<DeadLetterItem> DeadLetters);

    /// <summary>The stored event.</summary>
    /// <param name="Event">As it was received.</param>
    /// <param name="Time">The time under which it counts: its own, or that of its ingest where it has none.</param>
    /// <param name="IngestedAt">When it was accepted; it was acknowledged as soon as Kafka had it.</param>
    /// <param name="StoredAt">When it was counted.</param>
    /// <param name="Partition">The log's partition in which it was received.</param>
    /// <param name="Offset">Its place there.</param>
    internal sealed record StoredPart(RawJson Event, DateTimeOffset Time, DateTimeOffset IngestedAt, DateTimeOffset StoredAt, int Partition, long Offset);

    /// <summary>What one meter made of the event.</summary>
    /// <param name="Slug">The meter's slug.</param>
    /// <param name="Id">The meter's id.</param>
    /// <param name="Counted">Whether the event is in its figures.</param>
    /// <param name="Value">What it added, 1 for COUNT; absent when it is not counted, and for UNIQUE_COUNT.</param>
    /// <param name="DistinctValue">The text that a UNIQUE_COUNT meter counts once however many events have it; absent for the others.</param>
    /// <param name="WindowStart">The minute in which it counts, inclusive; absent when it is not counted.</param>
    /// <param name="WindowEnd">The end of that minute, exclusive; absent when it is not counted.</param>
    /// <param name="GroupBy">Dimension to value, <c>""</c> for one that the event does not have; absent when it is not counted.</param>
    /// <param name="Reason">Why it is not counted; absent when it is.</param>
    internal sealed record MeterPart(
        string Slug, string Id, bool Counted, ExactNumber? Value, string? DistinctValue, DateTimeOffset? WindowStart, DateTimeOffset? WindowEnd,
        IReadOnlyDictionary<string, string>? GroupBy, string? Reason);

    public static void MapExplainEvent(this RouteGroupBuilder events) => events.MapGet("/{source}/{id}", HandleAsync)
        .WithName("ExplainEvent").RequireScope(ApiScope.EventsRead)
        .ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>Explain an event</summary>
    /// <remarks>
    /// Where it stands, which meters counted it and with which value, window and dimensions, or why not. A source or id that is <c>.</c> or <c>..</c> can't stand in
    /// a path: list it with <c>source</c> and <c>id</c>.
    /// </remarks>
    /// <param name="source">The event's source, percent-encoded: <c>/</c> as <c>%2F</c>.</param>
    /// <param name="id">The event's id, percent-encoded.</param>
    internal static async Task<Results<Ok<EventStanding>, ApiProblem>> HandleAsync(
        string source, string id, HttpContext context, UsageEventList events, DeadLetterList letters, CountedUntil counted, CancellationToken cancellationToken)
    {
        if (PathNames.Last(context, 2) is [var sentSource, var sentId])
            (source, id) = (sentSource, sentId);
        var tenantId = context.User.TenantId();

        // Before the look-up: what is counted in between is found.
        var (countedUntil, waiting) = (counted.Time, counted.Waiting);
        var stored = await events.FindAsync(tenantId, source, id, cancellationToken);
        var dead = await letters.OfEventAsync(tenantId, UsageEventKey.Of(tenantId, source, id), cancellationToken);
        if (stored is null && dead.Count == 0)
            return NotFound(source, id, countedUntil, waiting);

        var meters = (stored?.Meters ?? []).Select(Describe).ToList();
        var state = stored is null ? "dead_letter" : meters.Exists(meter => meter.Counted) ? "counted" : "unmatched";
        return TypedResults.Ok(new EventStanding(source, id, state, stored is null ? null : Describe(stored), meters, [.. dead.Select(DeadLetterItem.From)]));
    }

    private static StoredPart Describe(StoredEvent stored) =>
        new(new RawJson(stored.Event), stored.Time, stored.IngestedAt, stored.StoredAt, stored.Partition, stored.Offset);

    private static MeterPart Describe(MeterVerdict verdict)
    {
        var (slug, id) = (verdict.Meter.Slug, verdict.Meter.Id.ToString());
        if (verdict.Contribution is not { } contribution)
            return new MeterPart(slug, id, false, null, null, null, null, null, verdict.Reason);

        var groupBy = verdict.Meter.GroupBy.Keys.Zip(contribution.Dimensions).ToDictionary(dimension => dimension.First, dimension => dimension.Second);
        return new MeterPart(slug, id, true, ListEvents.ValueOf(contribution), contribution.Text, verdict.Window, verdict.Window?.AddMinutes(1), groupBy, null);
    }

    private static ApiProblem NotFound(string source, string id, DateTimeOffset? countedUntil, long waiting) => Problem.NotFound(
        $"No event with source '{source}' and id '{id}' is stored. "
        + (countedUntil is { } until
            ? $"Everything acknowledged before {until:yyyy-MM-dd'T'HH:mm:ss'Z'} is counted; {waiting} records wait in the log, and an event acknowledged since may be among them."
            : "How far counting has come is not known at the moment: an acknowledged event may still be on its way."));
}
