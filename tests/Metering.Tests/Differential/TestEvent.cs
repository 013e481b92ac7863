using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Tests.Differential;

/// <summary>An event, and what it has to be counted as, by its maker.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Partition">The log's partition.</param>
/// <param name="IngestedAt">When it was accepted.</param>
/// <param name="Time">Its time.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Value">JSON of the value; null when it has none.</param>
/// <param name="Number">The value in plain digits; null when it is no number that is counted.</param>
/// <param name="Text">The value as text; null when it is null or missing.</param>
/// <param name="Model">The value of the dimension; null when it has none.</param>
/// <param name="Kind">The value of the other dimension.</param>
internal sealed record TestEvent(
    string Id, int Partition, DateTimeOffset IngestedAt, DateTimeOffset Time, string Subject, string? Value, string? Number, string? Text, string? Model, string Kind)
{
    public const string Type = "tokens";

    public static readonly IReadOnlyList<string?> Models = ["a", "b", "B", "Ä", "ä", "x_y", "x%y", "O'Brien;--", "\\", "", null];
    public static readonly IReadOnlyList<string> Subjects = ["acme", "Zed", "\u202Eevil", "😀"];
    public static readonly IReadOnlyList<string> Kinds = ["in", "out"];

    /// <summary>At one of the times, or between two of them; often at the time of another.</summary>
    public static TestEvent Create(Random random, string id, IReadOnlyList<DateTimeOffset> times, IReadOnlyList<DateTimeOffset> ingests)
    {
        var (value, number, text) = RandomValue(random);
        return new TestEvent(
            id, random.Next(2), random.Of(ingests), random.Of(times), random.Of(Subjects), value, number, text, random.Of(Models), random.Of(Kinds));
    }

    public IngestRecord ToRecord(long offset, Ulid tenantId)
    {
        var data = new JsonObject { ["kind"] = Kind };
        if (Model is not null)
            data["model"] = Model;
        if (Value is not null)
            data["n"] = JsonNode.Parse(Value);
        var json = new JsonObject
        {
            ["specversion"] = "1.0", ["id"] = Id, ["source"] = "test", ["type"] = Type, ["subject"] = Subject, ["time"] = $"{Time:O}", ["data"] = data,
        };
        var bytes = Encoding.UTF8.GetBytes(json.ToJsonString());
        var errors = new List<FieldError>();
        var events = UsageEventReader.Read(bytes, EventBody.One, errors);
        Assert.Empty(errors);
        return new IngestRecord(offset, IngestedAt, tenantId, bytes) { Event = events[0] };
    }

    private static (string? Value, string? Number, string? Text) RandomValue(Random random)
    {
        var digits = Digits(random);
        return random.Next(14) switch
        {
            0 => (null, null, null),
            1 => ("null", null, null),
            2 => ("\"much\"", null, "much"),
            3 => ("\"NaN\"", null, "NaN"),
            4 => ("true", null, "true"),
            5 => ("""{"a":1}""", null, """{"a":1}"""),
            6 => ("12345678901234567890123456789012.5", null, "12345678901234567890123456789012.5"),
            7 => ($"\"{digits}\"", digits, digits),
            8 => ("1.25e3", "1250", "1.25e3"),
            9 => ("-4E-2", "-0.04", "-4E-2"),
            10 => ("0.10", "0.10", "0.10"),
            11 => Quoted(random.Of(Models) ?? "x"),
            _ => (digits, digits, digits),
        };
    }

    private static (string? Value, string? Number, string? Text) Quoted(string text) => (JsonSerializer.Serialize(text), null, text);

    /// <summary>Up to 28 digits, few of them different, so that values are equal, too.</summary>
    private static string Digits(Random random)
    {
        var sign = random.Next(4) == 0 ? "-" : "";
        return random.Next(4) switch
        {
            0 => $"{sign}{random.Next(4)}",
            1 => $"{sign}{random.Next(1000)}.{random.Next(10)}",
            2 => $"{sign}{random.NextInt64(10_000_000_000)}.{random.NextInt64(1_000_000_000_000_000_000).ToString("D18", CultureInfo.InvariantCulture)}",
            _ => $"{sign}{random.NextInt64(100_000_000_000_000_000)}",
        };
    }
}

/// <summary>Choices.</summary>
internal static class Choice
{
    public static T Of<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public static bool OneIn(this Random random, int times) => random.Next(times) == 0;
}
