using System.Text;
using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.Fault.Tests.Load;

/// <summary>What broken clients and strangers send.</summary>
internal static class Poison
{
    private const int TooDeep = 5_000;
    private const int EventLimit = 256 * 1024;
    private const int BodyLimit = 4 * 1024 * 1024;
    private const int DeepButAllowed = 60;

    /// <summary>Bodies that are no event.</summary>
    public static IEnumerable<(string Name, byte[] Body)> Bodies =>
    [
        ("nothing", []),
        ("a word", "poison"u8.ToArray()),
        ("an array", "[]"u8.ToArray()),
        ("half an event", Event("half", "x", "{}")[..^3]),
        ("NaN", Event("nan", "x", """{"tokens":NaN}""")),
        ("Infinity", Event("infinity", "x", """{"tokens":-Infinity}""")),
        ("two of one attribute", Attributes("\"id\":\"other\"")),
        ("deeply nested data", Event("deep", "x", $$"""{"tokens":{{new string('[', TooDeep)}}{{new string(']', TooDeep)}}}""")),
        ("only opened", Encoding.UTF8.GetBytes(new string('[', TooDeep))),
        ("invalid UTF-8", [.. Event("utf8", "x", "{\"region\":\"").SkipLast(1), 0xC3, 0x28, .. "\"}}"u8]),
        ("a lone surrogate", Event("\\ud800", "x", "{}")),
        ("NUL in the id", Event("a\\u0000b", "x", "{}")),
        ("a huge event", Event("huge", "x", $$"""{"region":"{{new string('x', EventLimit)}}"}""")),
        ("a huge body", Event("huge", "x", $$"""{"region":"{{new string('x', BodyLimit)}}"}""")),
        ("a time before all years", Attributes("\"time\":\"0000-01-01T00:00:00Z\"")),
        ("a leap day that is none", Attributes("\"time\":\"2026-02-29T00:00:00Z\"")),
        ("a time without offset", Attributes("\"time\":\"2026-02-28T00:00:00\"")),
        ("data that is a number", Event("number", "x", "1e400")),
    ];

    /// <summary>Data that is stored whatever it holds; the name is the subject, so that each is seen.</summary>
    public static IReadOnlyList<(string Name, string Data)> Data { get; } =
    [
        ("good", """{"tokens":1.5}"""),
        ("text", """{"tokens":"2.5"}"""),
        ("beyond every number", """{"tokens":1e400}"""),
        ("below every number", """{"tokens":-1e400}"""),
        ("NaN as text", """{"tokens":"NaN"}"""),
        ("infinity as text", """{"tokens":"Infinity"}"""),
        ("null", """{"tokens":null}"""),
        ("missing", "{}"),
        ("an object", """{"tokens":{}}"""),
        ("too many digits", """{"tokens":1234567890123456789012345678901234567890}"""),
        ("NUL in a dimension", """{"tokens":"x","region":"a\u0000b"}"""),
        ("a lone surrogate in a dimension", """{"tokens":"x","region":"\ud800"}"""),
        ("an object as a dimension", """{"tokens":"x","region":{"a":[1,2,{"b":null}]}}"""),
        ("a long dimension", $$"""{"tokens":"x","region":"{{new string('x', 100_000)}}"}"""),
        ("deep", $$"""{"tokens":"x","deep":{{new string('[', DeepButAllowed)}}{{new string(']', DeepButAllowed)}}}"""),
        ("a value twice", """{"tokens":1,"tokens":2}"""),
        ("a dimension twice", """{"tokens":3,"region":"eu","region":"us"}"""),
        ("no data", "null"),
    ];

    /// <summary>Subjects of <see cref="Data"/> that have a value.</summary>
    public static IReadOnlyList<string> Summed { get; } = ["good", "text", "a value twice", "a dimension twice"];

    /// <summary>How many of <see cref="Records"/> name the tenant.</summary>
    public const int RecordsOfTheTenant = 9;

    /// <summary>Records that a producer other than the API put on the topic.</summary>
    public static IEnumerable<(string Name, Message<byte[]?, byte[]?> Message)> Records(Ulid tenantId)
    {
        var tenant = EventRecord.Tenant(tenantId);
        yield return ("no value", Record(null, tenant));
        yield return ("an empty value", Record([], tenant));
        yield return ("garbage", Record([0, 1, 2, 0xFF, 0xFE], tenant));
        yield return ("half an event", Record(Event("half", "x", "{}")[..^3], tenant));
        yield return ("a batch", Record("[]"u8.ToArray(), tenant));
        yield return ("invalid UTF-8", Record([.. Event("utf8", "x", "{\"region\":\"").SkipLast(1), 0xC3, 0x28, .. "\"}}"u8], tenant));
        yield return ("deeply nested", Record(Event("deep", "x", $$"""{"tokens":{{new string('[', TooDeep)}}{{new string(']', TooDeep)}}}"""), tenant));
        yield return ("a huge event", Record(Event("huge", "x", $$"""{"region":"{{new string('x', 2 * EventLimit)}}"}"""), tenant));
        yield return ("NUL in the id", Record(Event("a\\u0000b", "x", "{}"), tenant));
        yield return ("no headers", new Message<byte[]?, byte[]?> { Value = Event("none", "x", "{}") });
        yield return ("an empty header", Record(Event("empty", "x", "{}"), []));
        yield return ("a tenant that is no ULID", Record(Event("no-ulid", "x", "{}"), "nobody"u8.ToArray()));
        yield return ("a tenant that does not exist", Record(Event("nobody", "x", "{}"), EventRecord.Tenant(Ulid.NewUlid())));
    }

    public static byte[] Event(string id, string source, string data) => Encoding.UTF8.GetBytes(
        $$"""{"specversion":"1.0","id":"{{id}}","source":"{{source}}","type":"{{TestTenant.EventType}}","subject":"{{id}}","data":{{data}}}""");

    private static byte[] Attributes(string more) => Encoding.UTF8.GetBytes(
        $$"""{"specversion":"1.0","id":"a","source":"x","type":"{{TestTenant.EventType}}","subject":"s",{{more}}}""");

    private static Message<byte[]?, byte[]?> Record(byte[]? value, byte[] tenant) => new()
    {
        Value = value,
        Headers = new Headers { { EventRecord.TenantHeader, tenant } },
    };
}
