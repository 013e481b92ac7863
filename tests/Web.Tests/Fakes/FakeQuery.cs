using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace CloudNative.Web.Tests.Fakes;

/// <summary>The fake API's sums and counts.</summary>
internal static class FakeQuery
{
    /// <summary>A meter that has not counted all of its past.</summary>
    public const string FillingMeter = "cost_usd";

    public static IResult Answer(JsonObject meter, IEnumerable<FakeEvent> events, IQueryCollection query)
    {
        var (from, to, length) = Range(query);
        var dimension = query["groupBy"].ToString();
        var subject = query["subject"].ToString();
        var data = events
            .Where(item => item.Type == meter["eventType"]!.GetValue<string>() && item.Time >= from && item.Time < to)
            .Where(item => subject.Length == 0 || item.Subject == subject)
            .GroupBy(item => (Start: Floor(item.Time, length) ?? from, Group: Group(item, meter, dimension)))
            .OrderBy(group => group.Key.Start).ThenBy(group => group.Key.Group, StringComparer.Ordinal)
            .Select(group => new
            {
                value = Value(meter, group),
                windowStart = group.Key.Start,
                windowEnd = length is { } size ? group.Key.Start + size : to,
                subject = dimension == "subject" ? group.Key.Group : subject.Length == 0 ? null : subject,
                groupBy = dimension.Length == 0 || dimension == "subject" ? [] : new Dictionary<string, string> { [dimension] = group.Key.Group },
            });
        return Results.Json(new { from, to, incomplete = meter["slug"]!.GetValue<string>() == FillingMeter, data = data.ToList() });
    }

    public static IResult Ledger(IEnumerable<FakeEvent> events, IQueryCollection query)
    {
        var (from, to, length) = Range(query);
        var data = events
            .Where(item => item.IngestedAt >= from && item.IngestedAt < to)
            .GroupBy(item => Floor(item.IngestedAt, length ?? TimeSpan.FromMinutes(1))!.Value)
            .OrderBy(group => group.Key)
            .Select(group =>
            {
                var counted = group.Count();
                var (duplicates, unmatched, dead) = (counted / 9, group.Key.Minute % 7 == 0 ? 1 : 0, group.Key.Minute % 29 == 0 ? 1 : 0);
                return new
                {
                    windowStart = group.Key,
                    windowEnd = group.Key + (length ?? TimeSpan.FromMinutes(1)),
                    state = duplicates % 5 == 4 ? "unacknowledged" : "balanced",
                    acknowledged = counted + duplicates + unmatched + dead - (duplicates % 5 == 4 ? 1 : 0),
                    unacknowledged = duplicates % 5 == 4 ? 1 : 0,
                    received = counted + duplicates + unmatched + dead,
                    counted,
                    duplicates,
                    unmatched,
                    deadLettered = dead,
                };
            });
        return Results.Json(new { from, to, state = "unacknowledged", waiting = 3, data = data.ToList(), recount = new { hours = 24, differing = Array.Empty<object>() } });
    }

    private static decimal Value(JsonObject meter, IEnumerable<FakeEvent> events) => meter["valueProperty"] is { } path
        ? events.Sum(item => item.Data(path.GetValue<string>())?.GetValue<decimal>() ?? 0)
        : events.Count();

    private static string Group(FakeEvent item, JsonObject meter, string dimension) => dimension switch
    {
        "" => "",
        "subject" => item.Subject,
        _ => item.Data(meter["groupBy"]![dimension]!.GetValue<string>())?.ToString() ?? "",
    };

    private static DateTimeOffset? Floor(DateTimeOffset time, TimeSpan? length) =>
        length is { } size ? time.AddTicks(-(time.Ticks % size.Ticks)) : null;

    private static (DateTimeOffset From, DateTimeOffset To, TimeSpan? Length) Range(IQueryCollection query) => (
        DateTimeOffset.Parse(query["from"]!, CultureInfo.InvariantCulture),
        DateTimeOffset.Parse(query["to"]!, CultureInfo.InvariantCulture),
        query["windowSize"].ToString() switch
        {
            "MINUTE" => TimeSpan.FromMinutes(1),
            "HOUR" => TimeSpan.FromHours(1),
            "DAY" => TimeSpan.FromDays(1),
            _ => null,
        });
}
