using System.Text;

namespace CloudNative.Bench.Load;

/// <summary>One event of the shape that every case sends: a CloudEvent of about 195 bytes.</summary>
internal sealed record BenchEvent(string Id, string Subject, DateTimeOffset Time, int Tokens, byte[] Json)
{
    public const string Source = "bench";
    public const string Type = "prompt";
    public const int Subjects = 1_000;

    /// <summary>Where a fixed number of bytes stand that a load generator writes anew for each request.</summary>
    public static readonly int IdPosition = """{"specversion":"1.0","id":" """.Length - 1;

    private static readonly string[] Models = ["gpt-4o", "gpt-5", "sonnet", "llama"];
    private static readonly string[] Kinds = ["input", "output"];
    private static readonly string[] SubjectNames = [.. Enumerable.Range(0, Subjects).Select(number => $"customer-{number:0000}")];

    /// <summary>Event number so and so: the same number gives the same event, but for its time.</summary>
    public static BenchEvent Of(long number, DateTimeOffset time, string? subject = null)
    {
        var draw = (uint)(EventId.Scramble(number) >> 8);
        subject ??= SubjectNames[draw % Subjects];
        var tokens = 1 + (int)(draw / Subjects % 999);
        var (model, kind) = (Models[(draw >> 10) % 4], Kinds[(draw >> 20) % 2]);
        var id = EventId.Of(number);
        var json = $$$"""
            {"specversion":"1.0","id":"{{{id}}}","source":"{{{Source}}}","type":"{{{Type}}}","subject":"{{{subject}}}","time":"{{{EventTime.Of(time)}}}","data":{"tokens":{{{tokens}}},"model":"{{{model}}}","kind":"{{{kind}}}"}}
            """;
        return new BenchEvent(id, subject, time, tokens, Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Consecutive events, at times that end with <paramref name="time"/> and reach back for <paramref name="spread"/>.</summary>
    public static IReadOnlyList<BenchEvent> Range(long first, int count, DateTimeOffset time, TimeSpan spread = default)
    {
        var events = new BenchEvent[count];
        Parallel.For(0, count, i => events[i] = Of(first + i, time - spread * ((double)(count - i) / count)));
        return events;
    }

    /// <summary>New events: no number is used twice in one run of the program.</summary>
    public static IReadOnlyList<BenchEvent> New(int count, DateTimeOffset time, TimeSpan spread = default) =>
        Range(EventId.Take(count), count, time, spread);
}
