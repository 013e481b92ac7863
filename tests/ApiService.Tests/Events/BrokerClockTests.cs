using System.Net;
using System.Text.Json;
using CloudNative.Metering.Events;
using CloudNative.Tests;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>A real broker refuses timestamps that are an hour ahead of its clock. It must not cost an event.</summary>
public sealed class BrokerClockTests(TestApi api) : IAsyncLifetime
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);

    /// <summary>The years of the events themselves are no business of the broker's.</summary>
    private static readonly string[] Times = ["2100-02-28T23:30:00Z", "2300-07-01T00:00:00Z", "1969-12-31T23:59:59Z"];

    private readonly AheadClock _clock = new();
    private ApacheBroker _kafka = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _kafka = await ApacheBroker.StartAsync(Token);

    [Fact]
    public async Task Post_ClockHoursAheadOfTheBrokers_IsTakenAndTheRecordTellsItsTimeOfIngest()
    {
        var (_, key) = await api.CreateTenantAsync(Token);
        await using var ahead = new ApiFactory(api.Servers, api.Database, kafka: _kafka.Address, settings: ("Producer:Timeout", "00:00:09"))
        {
            Replacing = services => services.AddSingleton<TimeProvider>(_clock),
        };
        using var client = ahead.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var from = _clock.GetUtcNow();
        var events = JsonSerializer.Serialize(
            Times.Select((time, i) => new { specversion = "1.0", id = $"{i}", source = "/a", type = "t", subject = "s", time }));
        await Eventually.GetAsync(
            async _ =>
            {
                using var content = new StringContent(events, new System.Net.Http.Headers.MediaTypeHeaderValue("application/cloudevents-batch+json"));
                using var answer = await client.PostAsync(new Uri("/api/v1/events", UriKind.Relative), content, Token);
                return answer.StatusCode;
            },
            status => status == HttpStatusCode.NoContent,
            "a broker whose clock is behind takes the events");

        var records = Read();
        Assert.Equal(Times.Order(), records.Select(record => JsonDocument.Parse(record.Value).RootElement.GetProperty("time").GetString()!).Distinct().Order());
        Assert.All(records, record =>
        {
            Assert.InRange(record.Timestamp.UtcDateTime, from.UtcDateTime - AheadClock.Lead - Tolerance, TimeProvider.System.GetUtcNow().UtcDateTime + Tolerance);
            Assert.True(EventRecord.TryReadIngestedAt(record.Headers.GetLastBytes(EventRecord.IngestedAtHeader), out var ingestedAt));
            Assert.InRange(ingestedAt, from.ToUnixTimeMilliseconds(), _clock.GetUtcNow().ToUnixTimeMilliseconds());
        });
    }

    public ValueTask DisposeAsync() => _kafka?.DisposeAsync() ?? default;

    private List<Message<Ignore, byte[]>> Read()
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig { BootstrapServers = _kafka.Address, GroupId = "look", EnablePartitionEof = true })
            .Build();
        consumer.Assign(new TopicPartitionOffset(UsageEventTopic.Name, 0, Offset.Beginning));
        var records = new List<Message<Ignore, byte[]>>();
        while (consumer.Consume(Token) is { IsPartitionEOF: false } record)
            records.Add(record.Message);
        return records;
    }

    private sealed class AheadClock : TimeProvider
    {
        public static readonly TimeSpan Lead = TimeSpan.FromHours(3);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Lead;
    }
}
