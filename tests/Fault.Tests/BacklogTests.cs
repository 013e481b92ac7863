using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Aspire.Hosting.Processes;
using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Fault.Tests.Parts;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Tests;
using Confluent.Kafka;

namespace CloudNative.Fault.Tests;

/// <summary>Nothing is counted, and more is sent than the broker keeps: the API must refuse before a record is deleted uncounted.</summary>
public abstract class BacklogTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Restarts = 3;

    private static readonly Batch Large = new(Events: 20, PaddingBytes: 6_000);

    /// <summary>An event takes less than a process that has sent nothing yet believes of one.</summary>
    private static readonly Batch Small = new(Events: 100, PaddingBytes: 400);

    private protected static readonly Batch Single = new(Events: 1, PaddingBytes: 0);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Send_NoSinkAndMoreThanTheBrokerKeeps_IsRefusedAndEachEventCountsOnce()
    {
        await PrepareAsync();
        using var tenant = await CreateTenantAsync();
        await System.Sink[0].KillAsync(Cancellation);
        var before = Log();
        using var ledger = new EventLedger();

        var retryAfter = await SendUntilRefusedAsync(tenant.Http, ledger, Large);

        Assert.NotNull(retryAfter);
        var partition = Log().Zip(before).MaxBy(log => log.First.High - log.Second.High);
        Assert.True(partition.First.High - partition.Second.High >= Large.Events, "Nothing was taken at all.");
        Output.WriteLine($"{ledger.Acknowledged.Count} events were taken");
        await Eventually.GetAsync(
            async token => (await tenant.GetAsync("system/health", token)).ToString(),
            health => health.Contains("not counted fill", StringComparison.Ordinal),
            "the system's health tells of the backlog");
        await AfterRefusalAsync();
        Assert.True(Log()[partition.First.Partition].Low <= partition.Second.High, "The broker deleted what was not counted.");
        await System.Sink[0].StartAsync(Cancellation);
        await UntilTakenAsync(tenant, ledger, Large);
        await Checker.CheckAsync(tenant, ledger, Cancellation);
    }

    [Fact]
    public async Task Send_PostgresAwayAndTheApiStartedAnew_IsRefusedEachTimeAndEachEventCountsOnce()
    {
        await PrepareAsync();
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        await UntilTakenAsync(tenant, ledger, Small);
        await Drain.WaitAsync(System);
        var before = Log();
        var counted = ledger.Acknowledged.Count;
        await System.Postgres.EndAsync(StopSignal.Quit, Grace, Cancellation);

        await SendUntilRefusedAsync(tenant.Http, ledger, Small);
        for (var restart = 0; restart < Restarts; restart++)
        {
            await System.Api.KillAsync(Cancellation);
            await System.Api.StartAsync(Cancellation);
            using var client = tenant.ClientOf(System.ApiAddress);
            await SendUntilRefusedAsync(client, ledger, Small);
            Output.WriteLine($"{ledger.Acknowledged.Count - counted} events wait");
        }

        await AfterRefusalAsync();
        var log = Log();
        await System.Postgres.StartAsync(Cancellation);
        Assert.All(log, partition => Assert.True(partition.Low <= before[partition.Partition].High, "The broker deleted what was not counted."));
        Assert.InRange((ledger.Acknowledged.Count - counted) * Small.TextBytes, 1, Kept / 2);
        await Checker.CheckAsync(tenant, ledger, Cancellation, new Expected { MayLackAcknowledged = true });
    }

    /// <summary>Bytes that the broker keeps of a partition after <see cref="PrepareAsync"/>.</summary>
    protected abstract long Kept { get; }

    /// <summary>Makes the broker keep little.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Gives the broker the time to delete.</summary>
    protected virtual Task AfterRefusalAsync() => Task.CompletedTask;

    private protected static Task UntilTakenAsync(TestTenant tenant, EventLedger ledger, Batch batch) => Eventually.GetAsync(
        async _ => (await PostAsync(tenant.Http, ledger, batch)).Status, status => status == HttpStatusCode.NoContent, "events are taken");

    private static async Task<TimeSpan?> SendUntilRefusedAsync(HttpClient api, EventLedger ledger, Batch batch)
    {
        var sent = 0;
        while (true)
        {
            var answer = await PostAsync(api, ledger, batch);
            if (answer.Status == HttpStatusCode.ServiceUnavailable)
            {
                Assert.Contains("wait to be counted", answer.Detail, StringComparison.Ordinal);
                return answer.RetryAfter;
            }

            Assert.Equal(HttpStatusCode.NoContent, answer.Status);
            Assert.InRange(sent += batch.Events, 0, 10_000);
            await Task.Delay(Pause, Cancellation);
        }
    }

    /// <summary>One subject, so one partition; and bytes that can't be compressed.</summary>
    private protected static async Task<(HttpStatusCode Status, TimeSpan? RetryAfter, string Detail)> PostAsync(HttpClient api, EventLedger ledger, Batch batch)
    {
        var events = Enumerable.Range(0, batch.Events).Select(_ => SentEvent.New(Random.Shared) with { Subject = "one" }).ToList();
        var body = JsonSerializer.SerializeToUtf8Bytes(events.Select(sent => new
        {
            specversion = "1.0",
            id = sent.Id,
            source = SentEvent.Source,
            type = TestTenant.EventType,
            subject = sent.Subject,
            time = sent.Time,
            data = new { region = sent.Region, tokens = sent.Value, padding = Convert.ToBase64String(RandomNumberGenerator.GetBytes(batch.PaddingBytes)) },
        }));
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/cloudevents-batch+json") } };
        using var answer = await api.PostAsync("events", content, Cancellation);
        // Refused for the backlog is no unknown result: nothing of it may arrive.
        ledger.Append(events, answer.StatusCode == HttpStatusCode.NoContent ? Outcome.Acknowledged : Outcome.Refused, $"{answer.StatusCode}");
        return (answer.StatusCode, answer.Headers.RetryAfter?.Delta, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private List<(int Partition, long Low, long High)> Log()
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = System.Broker.Addresses.Test, GroupId = "look" })
            .SetLogHandler((_, _) => { }).Build();
        return [.. Enumerable.Range(0, UsageEventTopic.Partitions).Select(partition =>
        {
            var log = consumer.QueryWatermarkOffsets(new TopicPartition(UsageEventTopic.Name, partition), TimeSpan.FromSeconds(10));
            return (partition, log.Low.Value, log.High.Value);
        })];
    }

    /// <param name="Events">Of one request.</param>
    /// <param name="PaddingBytes">Of each event, before they are text.</param>
    private protected sealed record Batch(int Events, int PaddingBytes)
    {
        /// <summary>An event is at least this long.</summary>
        public int TextBytes => PaddingBytes * 4 / 3;
    }
}

[Collection(OnInMemoryKafka.Name)]
public sealed class BacklogOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : BacklogTests(system, output)
{
    private const int InvalidTimestamp = 32;

    /// <summary>As librdkafka has it.</summary>
    protected override long Kept => 5 * 1024 * 1024;

    [Fact]
    public async Task Fail_TimestampsRefused_CostsNoEventAndKeepsTheTimeOfIngest()
    {
        var broker = (InMemoryBroker)System.Broker;
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        await load.ProgressAsync(50);
        await broker.FailAsync(KafkaRequest.Produce, InvalidTimestamp, 5, Cancellation);
        await load.ProgressAsync(500);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
        await using var command = System.Source.CreateCommand(
            "select count(*) from usage_events where tenant_id = $1 and stored_at - ingested_at > interval '55 seconds'");
        command.Parameters.AddWithValue(tenant.Id.ToUuid());
        Assert.Equal(0L, await command.ExecuteScalarAsync(Cancellation));
        Assert.Contains(System.Api.Lines, line => line.Contains("dated back", StringComparison.Ordinal));
    }
}

[Collection(OnApacheKafka.Name)]
public sealed class BacklogOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : BacklogTests(system, output)
{
    protected override long Kept => 2_000_000;

    /// <summary>Long enough for a sink to start in the half that is left.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    private ApacheBroker Broker => (ApacheBroker)System.Broker;

    [Fact]
    public async Task Send_NoSinkForHalfOfTheTimeThatTheBrokerKeeps_IsRefusedAndEachEventCountsOnce()
    {
        await Broker.KeepForAsync(KeptFor, Cancellation);
        await RestartApiAsync();
        using var tenant = await CreateTenantAsync();
        await System.Sink[0].KillAsync(Cancellation);
        using var ledger = new EventLedger();
        await UntilTakenAsync(tenant, ledger, Single);
        var first = Stopwatch.GetTimestamp();

        // So little that only its age can matter.
        await Eventually.GetAsync(
            async _ => await PostAsync(tenant.Http, ledger, Single),
            answer => answer.Status == HttpStatusCode.ServiceUnavailable && answer.Detail.Contains("wait to be counted", StringComparison.Ordinal),
            "events are refused", KeptFor);
        var age = Stopwatch.GetElapsedTime(first);
        Output.WriteLine($"Refused when the oldest record was {age.TotalSeconds:0.0} s old, of {KeptFor.TotalSeconds} s");
        Assert.InRange(age, 0.4 * KeptFor, 0.8 * KeptFor);

        await System.Sink[0].StartAsync(Cancellation);
        await UntilTakenAsync(tenant, ledger, Single);
        await Checker.CheckAsync(tenant, ledger, Cancellation);
    }

    protected override async Task PrepareAsync()
    {
        await Broker.KeepAsync(Kept, segmentBytes: 1_048_576, Cancellation);
        await RestartApiAsync();
    }

    /// <summary>It looks at the topic's settings when it starts, and now and then.</summary>
    private async Task RestartApiAsync()
    {
        await System.Api.KillAsync(Cancellation);
        await System.Api.StartAsync(Cancellation);
    }

    protected override Task AfterRefusalAsync() => Task.Delay(3 * ApacheBroker.RetentionCheck, Cancellation);

    /// <summary>An API that believes for some seconds more that the broker keeps little would refuse what the next test sends.</summary>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (System.Missing is null)
            await System.Api.KillAsync(Cancellation);
    }
}
