namespace CloudNative.Fault.Tests.Load;

/// <summary>One event as the test made it.</summary>
internal sealed record SentEvent(string Id, string Subject, string Region, DateTimeOffset Time, decimal Value)
{
    public const string Source = "/fault-tests";

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
