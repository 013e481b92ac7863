using System.Net;
using System.Text.Json;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers.Kafka;
using CloudNative.Metering.Events;
using CloudNative.Tests;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>A real broker refuses timestamps that are an hour ahead of its clock. It must not cost an event.</summary>
public sealed class BrokerClockTests(TestApi api) : IAsyncLifetime
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(1);

    /// <summary>The years of the events themselves are no business of the broker's.</summary>
    private static readonly string[] Times = ["2100-02-28T23:30:00Z", "2300-07-01T00:00:00Z", "1969-12-31T23:59:59Z"];

    private readonly AheadClock _clock = new();
    private readonly LocalRun _run = new(new LocalRunOptions(AppContext.BaseDirectory), NullLogger<LocalRun>.Instance);
    private readonly FreePorts _ports = new();
    private ApacheKafka _kafka = null!;
    private LocalProcess _process = null!;
    private string _address = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var distribution = KafkaDistribution.Named()
            ?? KafkaDistribution.At(Path.Combine(SharedFiles.Find("kafka", "config/server.properties"), "..", ".."));
        var java = await Java.FindAsync(Token);
        Assert.SkipWhen(java is null, $"No Java {Java.OldestMajorVersion} or newer for Apache Kafka.");

        _run.Begin();
        var options = new KafkaOptions(
            _run.RunFolder("kafka"), _ports.Next(), new Dictionary<string, string> { [KafkaTopic.Variable] = $"{UsageEventTopic.Name}:1:1" });
        _kafka = new ApacheKafka(options, distribution, java!, _run, _ports);
        _process = await _run.StartAsync(await _kafka.PrepareAsync(Token), _ => { });
        await _kafka.ReadyAsync(Token);
        _address = $"127.0.0.1:{options.Port}";
    }

    [Fact]
    public async Task Post_ClockHoursAheadOfTheBrokers_IsTakenAndTheRecordTellsItsTimeOfIngest()
    {
        var (_, key) = await api.CreateTenantAsync(Token);
        await using var ahead = new ApiFactory(api.Servers, api.Database, kafka: _address, settings: ("Producer:Timeout", "00:00:09"))
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

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        if (_kafka is not null)
            await _kafka.DisposeAsync();
        await _run.DisposeAsync();
        _ports.Dispose();
    }

    private List<Message<Ignore, byte[]>> Read()
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig { BootstrapServers = _address, GroupId = "look", EnablePartitionEof = true })
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
