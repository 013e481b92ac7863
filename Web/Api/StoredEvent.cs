using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;

namespace CloudNative.Web.Api;

/// <summary>Which events to list, newest first. Null or empty means any.</summary>
internal sealed record EventFilter(string? Subject, string? Type, int Limit)
{
    /// <summary>Only the events of one figure; null: all.</summary>
    public EventFigure? Figure { get; init; }

    public override string ToString() => new QueryBuilder()
        .AddText("subject", Subject)
        .AddText("type", Type)
        .AddText("meter", Figure?.Meter)
        .AddText("from", Figure?.From)
        .AddText("to", Figure?.To)
        .AddText("filterGroupBy", Figure?.Dimensions())
        .AddText("limit", Limit.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .ToString();
}

/// <summary>A meter's figure: what it counted in <c>[From, To)</c>, of one dimension's value where there is one. Times are RFC 3339.</summary>
internal sealed record EventFigure(string Meter, string? From, string? To, string? Dimension, string? Value)
{
    /// <summary>As the API takes them; null for none. A value that events do not have is the empty text.</summary>
    public string? Dimensions() => Dimension is null ? null : JsonSerializer.Serialize(new Dictionary<string, string> { [Dimension] = Value ?? "" });
}

/// <summary>A usage event as it was stored, with what became of it.</summary>
/// <param name="Event">The CloudEvent as it was sent.</param>
/// <param name="CustomerId">The customer that owns the subject; null when none does.</param>
/// <param name="IngestedAt">When the API accepted it.</param>
/// <param name="StoredAt">When it was stored, and so counted.</param>
/// <param name="ValidationError">Why its value could not be used; null when it could.</param>
/// <param name="Meters">Slugs of the meters that counted it; none means unmatched.</param>
public sealed record StoredEvent(
    JsonElement Event,
    string? CustomerId,
    DateTimeOffset IngestedAt,
    DateTimeOffset StoredAt,
    string? ValidationError,
    IReadOnlyList<string>? Meters)
{
    public string Id => Text("id");

    public string Source => Text("source");

    public string Type => Text("type");

    public string Subject => Text("subject");

    /// <summary>What it added to the meter that was asked for; null when none was, and where that counts distinct values.</summary>
    public ExactNumber? Value { get; init; }

    /// <summary>Its value where the meter that was asked for counts distinct ones; else null.</summary>
    public string? DistinctValue { get; init; }

    /// <summary>When the usage happened; an event sent without a time happened when it was ingested.</summary>
    public DateTimeOffset Time =>
        Event.TryGetProperty("time", out var time) && time.ValueKind == JsonValueKind.String && time.TryGetDateTimeOffset(out var at)
            ? at
            : IngestedAt;

    private string Text(string name) =>
        Event.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
}
