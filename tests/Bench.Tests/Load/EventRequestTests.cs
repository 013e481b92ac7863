using System.Text;
using System.Text.Json;
using CloudNative.Bench.Load;
using CloudNative.Metering.Events;

namespace CloudNative.Bench.Tests.Load;

public sealed class EventRequestTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 10, 0, 0, 123, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Next_Twice_HasOtherIdsAndTheGivenTime(int events)
    {
        var request = new EventRequest(new Uri("http://localhost:1"), "key", events, seed: 3);

        var (first, second) = (Read(request.Next(Now)), Read(request.Next(Now)));

        Assert.Equal(2 * events, first.Concat(second).Select(one => one.Id).Distinct().Count());
        Assert.All(first, one => Assert.Equal(Now, one.Time));
        Assert.Equal(request.Content, new Sent(events, first.Sum(Tokens)));
    }

    [Fact]
    public void New_ManyEvents_AreValidAndDistinct()
    {
        var events = BenchEvent.New(10_000, Now, TimeSpan.FromDays(30));

        Assert.Equal(events.Count, events.Select(one => one.Id).Distinct().Count());
        Assert.Equal(BenchEvent.Subjects, events.Select(one => one.Subject).Distinct().Count());
        Assert.All(events, one =>
        {
            var read = Assert.Single(UsageEventReader.Read(one.Json, EventBody.One, []));
            Assert.Equal((one.Id, one.Subject, one.Tokens), (read.Id, read.Subject, (int)Tokens(read)));
            Assert.InRange(one.Json.Length, 190, 205);
        });
    }

    private static IReadOnlyList<UsageEvent> Read(ReadOnlyMemory<byte> request)
    {
        var text = Encoding.UTF8.GetString(request.Span);
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        Assert.Contains($"Content-Length: {text.Length - head}\r\n", text, StringComparison.Ordinal);
        return UsageEventReader.Read(request[head..].ToArray(), EventBody.OneOrBatch, []);
    }

    private static long Tokens(UsageEvent one)
    {
        using var data = JsonDocument.Parse(one.Data);
        return data.RootElement.GetProperty("tokens").GetInt64();
    }
}
