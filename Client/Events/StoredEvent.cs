using System.Text.Json;

namespace CloudNative.Metering.Client;

/// <summary>A usage event as it was stored, with what became of it.</summary>
/// <param name="Event">The CloudEvent as it was sent.</param>
/// <param name="IngestedAt">When the API accepted it.</param>
/// <param name="StoredAt">When it was stored, and so counted.</param>
/// <param name="ValidationError">Why its value could not be used; null when it could.</param>
/// <param name="Meters">Slugs of the meters that counted it; empty: none did.</param>
public sealed record StoredEvent(
    JsonElement Event, DateTimeOffset IngestedAt, DateTimeOffset StoredAt, string? ValidationError, IReadOnlyList<string> Meters)
{
    /// <summary>When the usage happened; an event sent without a time happened when it was accepted.</summary>
    public DateTimeOffset Time =>
        Event.TryGetProperty("time", out var time) && time.ValueKind == JsonValueKind.String && time.TryGetDateTimeOffset(out var at) ? at : IngestedAt;
}

/// <summary>Which stored events to list, newest <c>time</c> first. What is null is not asked for.</summary>
public sealed record EventFilter
{
    /// <summary>Only events of this CloudEvents <c>type</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Only events of this CloudEvents <c>source</c>.</summary>
    public string? Source { get; init; }

    /// <summary>Only events of this subject.</summary>
    public string? Subject { get; init; }

    /// <summary>Only events with this id.</summary>
    public string? Id { get; init; }

    /// <summary>Only events that happened then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only events that happened earlier.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The most events to list, 1 to 1000. Null: 100.</summary>
    public int? Limit { get; init; }

    internal string ToQuery() => new QueryText()
        .Add("type", Type).Add("source", Source).Add("subject", Subject).Add("id", Id).Add("from", From).Add("to", To).Add("limit", Limit)
        .ToString();
}
