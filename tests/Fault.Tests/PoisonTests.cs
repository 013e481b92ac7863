using System.Net;
using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.Fault.Tests;

/// <summary>Events that nobody should send: refused over HTTP, a dead letter when a stranger put them on the topic, and nothing stands still.</summary>
public abstract class PoisonTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Good = 200;

    [Fact]
    public async Task Post_WhatIsNoEvent_IsRefusedAndNothingOfItCounts()
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        foreach (var (name, body) in Poison.Bodies)
        {
            using var answer = await PostAsync(tenant, body);
            Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge, $"{name}: {answer.StatusCode}");
        }

        await LoadGenerator.SendSafelyAsync(tenant, [SentEvent.New(Random)], ledger, Cancellation);
        await Checker.CheckAsync(tenant, ledger, Cancellation);
    }

    [Fact]
    public async Task Post_GoodEventsWithOneThatIsNot_NoneOfThemCounts()
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        var outcome = await LoadGenerator.SendAsync(tenant.Http, [.. Many(Good), SentEvent.New(Random) with { Subject = "" }], ledger, Cancellation);
        Assert.Equal(Outcome.Refused, outcome);

        await LoadGenerator.SendSafelyAsync(tenant, Many(Good), ledger, Cancellation);
        await Checker.CheckAsync(tenant, ledger, Cancellation);
    }

    [Fact]
    public async Task Post_ValuesThatAreNoNumbers_AreCountedAndNotSummed()
    {
        using var tenant = await CreateTenantAsync();
        foreach (var (name, data) in Poison.Data)
        {
            using var answer = await PostAsync(tenant, Poison.Event(name, "x", data));
            Assert.True(answer.StatusCode == HttpStatusCode.NoContent, $"{name}: {answer.StatusCode}");
        }

        await Drain.WaitAsync(System);
        var counts = await tenant.GetAsync($"meters/{TestTenant.Count}/query?groupBy=subject", Cancellation);
        var sums = await tenant.GetAsync($"meters/{TestTenant.Sum}/query?groupBy=subject", Cancellation);
        Assert.Equal(
            Poison.Data.Select(one => $"{one.Name}=1").Order(StringComparer.Ordinal),
            counts.GetProperty("data").EnumerateArray().Select(row => $"{row.GetProperty("subject")}={row.GetProperty("value")}").Order(StringComparer.Ordinal));
        Assert.Equal(
            Poison.Summed.Order(StringComparer.Ordinal),
            sums.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("subject").GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Produce_ForeignRecordsBetweenGoodOnes_BecomeDeadLettersAndThePartitionsGoOn()
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = System.Broker.Addresses.Test, Acks = Acks.All }).Build();
        var dead = new List<(string Name, TopicPartitionOffset Place, byte[] Value)>();
        for (var partition = 0; partition < UsageEventTopic.Partitions; partition++)
        {
            await LoadGenerator.SendSafelyAsync(tenant, Many(Good), ledger, Cancellation);
            foreach (var (name, message) in Poison.Records(tenant.Id))
            {
                var report = await producer.ProduceAsync(new TopicPartition(UsageEventTopic.Name, partition), message, Cancellation);
                dead.Add((name, report.TopicPartitionOffset, message.Value ?? []));
            }
        }

        await LoadGenerator.SendSafelyAsync(tenant, Many(Good), ledger, Cancellation);
        await Drain.WaitAsync(System);
        var letters = await DeadLettersAsync();
        foreach (var (name, place, value) in dead)
            Assert.True(letters.TryGetValue((place.Partition, place.Offset), out var kept) && kept.AsSpan().SequenceEqual(value), $"{name} at {place} is no dead letter with its bytes.");
        await Checker.CheckAsync(tenant, ledger, Cancellation, new Expected { DeadLettered = UsageEventTopic.Partitions * Poison.RecordsOfTheTenant });
    }

    private static async Task<HttpResponseMessage> PostAsync(TestTenant tenant, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "events")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/cloudevents+json") } },
            // The API refuses what is too long before it is sent.
            Headers = { ExpectContinue = true },
        };
        return await tenant.Http.SendAsync(request, Cancellation);
    }

    private List<SentEvent> Many(int count) => [.. Enumerable.Range(0, count).Select(_ => SentEvent.New(Random))];

    private async Task<Dictionary<(int Partition, long Offset), byte[]>> DeadLettersAsync()
    {
        var letters = new Dictionary<(int Partition, long Offset), byte[]>();
        await using var command = System.Source.CreateCommand(
            "select partition, \"offset\", value from dead_letters where stream_id = (select max(id) from ingest_streams)");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
            letters.Add((reader.GetInt32(0), reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2));
        return letters;
    }
}

[Collection(OnInMemoryKafka.Name)]
public sealed class PoisonOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : PoisonTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class PoisonOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : PoisonTests(system, output);
