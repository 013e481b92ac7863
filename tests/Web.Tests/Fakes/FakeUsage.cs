using System.Text.Json.Nodes;

namespace CloudNative.Web.Tests.Fakes;

/// <summary>One event of the fake API: an answer of a language model to one customer.</summary>
internal sealed record FakeEvent(JsonObject Event, DateTimeOffset Time, DateTimeOffset IngestedAt)
{
    public string Type => Text("type");

    public string Subject => Text("subject");

    public JsonNode? Data(string path) => Event["data"]?[path.Replace("$.", "", StringComparison.Ordinal)];

    private string Text(string name) => Event[name]!.GetValue<string>();
}

/// <summary>A week of an AI gateway's usage by a dozen customers: more by day than by night, the same at every run.</summary>
internal static class FakeUsage
{
    public const string EventType = "ai.completion";
    private const int EventsPerHour = 24;
    private const int Days = 7;

    private static readonly string[] Customers =
    [
        "acme", "globex", "initech", "umbrella", "hooli", "stark-industries",
        "wayne-enterprises", "soylent", "cyberdyne", "tyrell", "wonka", "massive-dynamic",
    ];

    private static readonly (string Name, decimal Price)[] Models =
        [("gpt-4o", 0.0000125m), ("claude-sonnet-4", 0.000015m), ("gpt-4o-mini", 0.0000006m), ("gemini-2.5-pro", 0.00001m)];

    public static List<FakeEvent> Week(DateTimeOffset now)
    {
        var random = new Random(7);
        var events = new List<FakeEvent>();
        for (var hour = 0; hour < Days * 24; hour++)
        {
            var start = now.AddHours(hour - (Days * 24));
            var shape = 0.35 + (0.65 * Math.Pow(Math.Sin(Math.PI * ((start.Hour + 4) % 24) / 24.0), 2));
            var count = hour == (Days * 24) - 1 ? EventsPerHour * 12 : (int)(EventsPerHour * shape * (0.8 + (0.4 * random.NextDouble())));
            for (var i = 0; i < count; i++)
                events.Add(Completion(random, start.AddSeconds(3600.0 * i / count), events.Count));
        }
        return events;
    }

    private static FakeEvent Completion(Random random, DateTimeOffset time, int number)
    {
        var customer = Customers[(int)(Customers.Length * Math.Pow(random.NextDouble(), 1.8))];
        var (model, price) = Models[(int)(Models.Length * Math.Pow(random.NextDouble(), 1.4))];
        var tokens = random.Next(40, 4200);
        return new FakeEvent(
            JsonNode.Parse(new JsonObject
            {
                ["specversion"] = "1.0",
                ["id"] = $"req-{number:D6}",
                ["source"] = "ai-gateway",
                ["type"] = EventType,
                ["subject"] = customer,
                ["time"] = time.UtcDateTime.ToString("O"),
                ["data"] = new JsonObject
                {
                    ["model"] = model,
                    ["type"] = random.Next(3) == 0 ? "completion" : "prompt",
                    ["tokens"] = tokens,
                    ["cost"] = tokens * price,
                },
            }.ToJsonString())!.AsObject(),
            time,
            time);
    }
}
