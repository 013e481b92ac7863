using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;
using FsCheck;
using FsCheck.Fluent;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>An event, and what it has to be counted as, by its maker.</summary>
/// <param name="Partition">The log's partition.</param>
/// <param name="IngestedAt">When it was accepted.</param>
/// <param name="Time">Its time.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Value">The value, and what it counts as.</param>
/// <param name="Model">The value of the dimension; null when it has none.</param>
/// <param name="Kind">The value of the other dimension.</param>
internal sealed record TestEvent(int Partition, DateTimeOffset IngestedAt, DateTimeOffset Time, string Subject, TestValue Value, string? Model, string Kind)
{
    public const string Type = "tokens";

    /// <summary>So long that no index takes them whole, and alike as far as an index has them.</summary>
    private static readonly string LongText = new('L', 512);

    public static readonly IReadOnlyList<string> Subjects = ["acme", "Zed", "\u202Eevil", "😀", "=1+1", LongText, LongText + new string('m', 1500), LongText + "n", LongText + "😀"];
    public static readonly IReadOnlyList<string> Kinds = ["in", "out"];
    public static readonly IReadOnlyList<string?> Models =
        ["a", "b", "B", "Ä", "ä", "x_y", "x%y", "O'Brien;--", "\\", "", null, "-1,\"2\"\n3", LongText + "a", LongText + "b"];

    private static readonly DateTimeOffset Noon = SinkStandIn.Noon;

    /// <summary>Often at the time of another.</summary>
    public static Gen<TestEvent> Generator(IReadOnlyList<DateTimeOffset> times) =>
        from partition in Gen.Choose(0, 1)
        from delay in Gen.Choose(0, 1)
        from time in Gen.Elements<DateTimeOffset>(times)
        from subject in Gen.Elements<string>(Subjects)
        from value in TestValue.Generator
        from model in Gen.Elements<string?>(Models)
        from kind in Gen.Elements<string>(Kinds)
        select new TestEvent(partition, Noon.AddMilliseconds(delay), time, subject, value, model, kind);

    /// <summary>Whether a subject can be a customer's.</summary>
    public static bool CanBeOwned(string subject) => subject.Length <= LongText.Length;

    public IngestRecord ToRecord(string id, long offset, Ulid tenantId)
    {
        var data = new JsonObject { ["kind"] = Kind };
        if (Model is not null)
            data["model"] = Model;
        if (Value.Json is not null)
            data["n"] = JsonNode.Parse(Value.Json);
        var json = new JsonObject
        {
            ["specversion"] = "1.0", ["id"] = id, ["source"] = "test", ["type"] = Type, ["subject"] = Subject, ["time"] = $"{Time:O}", ["data"] = data,
        };
        var bytes = Encoding.UTF8.GetBytes(json.ToJsonString());
        var errors = new List<FieldError>();
        var events = UsageEventReader.Read(bytes, EventBody.One, errors);
        Assert.Empty(errors);
        return new IngestRecord(offset, IngestedAt, tenantId, bytes) { Event = events[0] };
    }
}

/// <summary>What an event says, and what it has to be counted as.</summary>
/// <param name="Json">JSON of the value; null when there is none.</param>
/// <param name="Number">The value in plain digits; null when it is no number that is counted.</param>
/// <param name="Text">The value as text; null when it is null or missing.</param>
internal sealed record TestValue(string? Json, string? Number, string? Text)
{
    private static readonly IReadOnlyList<TestValue> Odd =
    [
        new(null, null, null), new("null", null, null), Quoted("much"), Quoted("NaN"), new("true", null, "true"), new("""{"a":1}""", null, """{"a":1}"""),
        new("12345678901234567890123456789012.5", null, "12345678901234567890123456789012.5"), new("1.25e3", "1250", "1.25e3"), new("-4E-2", "-0.04", "-4E-2"),
        new("0.10", "0.10", "0.10"), .. TestEvent.Models.OfType<string>().Select(Quoted),
    ];

    public static readonly Gen<TestValue> Generator = Gen.Frequency(
        (2, Gen.Elements<TestValue>(Odd)),
        (1, Digits().Select(digits => new TestValue($"\"{digits}\"", digits, digits))),
        (4, Digits().Select(digits => new TestValue(digits, digits, digits))));

    private static TestValue Quoted(string text) => new(JsonSerializer.Serialize(text), null, text);

    /// <summary>Up to 28 digits, few of them different, so that values are equal, too.</summary>
    private static Gen<string> Digits() =>
        from sign in Gen.Elements("", "", "", "-")
        from number in Gen.OneOf(
            Whole(1), Whole(17), Gen.Choose(0, 3).Select(n => $"{n}"), Whole(3).SelectMany(whole => Digits(1), (whole, tenth) => $"{whole}.{tenth}"),
            Whole(10).SelectMany(whole => Digits(18), (whole, fraction) => $"{whole}.{fraction}"))
        select sign + number;

    private static Gen<string> Whole(int length) => Digits(length).Select(digits => digits.TrimStart('0') is { Length: > 0 } whole ? whole : "0");

    private static Gen<string> Digits(int length) => Gen.Choose(0, 9).ArrayOf(length).Select(string.Concat);
}
