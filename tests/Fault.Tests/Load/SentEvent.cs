namespace CloudNative.Fault.Tests.Load;

/// <summary>One event as the test made it.</summary>
internal sealed record SentEvent(string Id, string Subject, string Region, DateTimeOffset Time, decimal Value)
{
    public const string Source = "/fault-tests";

    private const int Subjects = 40;
    private const int Seconds = 4 * 60 * 60;
    private static readonly string[] Regions = ["eu", "us", "ap", ""];
    private static readonly DateTimeOffset First = new(2026, 3, 1, 22, 0, 0, TimeSpan.Zero);

    /// <summary>One of many subjects, at some time of four hours around a midnight.</summary>
    public static SentEvent New(Random random) => new(
        Guid.NewGuid().ToString("N"),
        $"subject-{random.Next(Subjects)}",
        Regions[random.Next(Regions.Length)],
        First.AddSeconds(random.Next(Seconds)).AddMilliseconds(random.Next(1000)),
        random.Next(-1_000, 1_000_000) / 1_000m);

    public object ToCloudEvent() => new
    {
        specversion = "1.0",
        id = Id,
        source = Source,
        type = TestTenant.EventType,
        subject = Subject,
        time = Time,
        data = new { region = Region, tokens = Value },
    };
}
