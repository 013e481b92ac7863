using System.Text.Json;
using Aspire.Hosting.Processes;
using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Fault.Tests.Parts;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using Confluent.Kafka;

namespace CloudNative.Fault.Tests;

/// <summary>A log that is new, or not what it was.</summary>
public abstract class LogTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private protected const int Events = 500;
    private const int LostRecords = 5;
    private protected static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Start_FirstConsumerOfATopicThatHasEvents_CountsThemAll()
    {
        using var tenant = await CreateTenantAsync();
        await StopAsync(System.Sink[0]);
        await System.Broker.RecreateTopicAsync(Cancellation);
        await using var load = LoadGenerator.Start(tenant, Random);
        await load.ProgressAsync(Events);
        await System.Sink[0].StartAsync(Cancellation);
        await load.ProgressAsync(Events);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }

    [Fact]
    public async Task Recreate_TopicWhoseEventsAreCounted_TheNewOneIsCountedFromItsStart()
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        await SendAsync(tenant, ledger);
        await Checker.CheckAsync(tenant, ledger, Cancellation);

        // The new topic's leader epochs begin anew, below those of the old one.
        await System.Broker.GoDownAsync(Cancellation);
        await System.Broker.ComeUpAsync(Cancellation);
        await System.Broker.RecreateTopicAsync(Cancellation);
        await using var load = LoadGenerator.Start(tenant, Random, ledger: ledger);
        await load.ProgressAsync(Events);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }

    [Fact]
    public async Task Trim_RecordsThatAreNotCounted_ThatPartitionAloneStopsUntilAPersonDecides()
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        await SendAsync(tenant, ledger);
        await Drain.WaitAsync(System);
        await StopAsync(System.Sink[0]);
        var before = await System.OffsetsAsync(Cancellation);
        await SendAsync(tenant, ledger);
        var partition = Random.Next(before.Count);
        await System.Broker.TrimAsync(partition, before[partition] + LostRecords, Cancellation);

        await System.Sink[0].StartAsync(Cancellation);
        await Drain.WaitAsync(System, exceptPartition: partition);
        await System.UntilSinkIsNotReadyAsync();
        Assert.Equal(before[partition], (await System.OffsetsAsync(Cancellation))[partition]);

        await StopAsync(System.Sink[0]);
        await System.SinkThatAcceptsLostRecords.StartAsync(Cancellation);
        await Drain.WaitAsync(System);
        Assert.Equal(ledger.Acknowledged.Count - LostRecords, (await Books.ReadAsync(tenant, Cancellation)).Counted);
    }

    private protected static Task StopAsync(Part part) => part.EndAsync(StopSignal.Terminate, Grace, Cancellation);

    /// <summary>Each event has a subject of its own: every partition gets dozens.</summary>
    private protected List<SentEvent> Many() => [.. Enumerable.Range(0, Events).Select(number => SentEvent.New(Random) with { Subject = $"subject-of-{number}" })];

    private protected Task SendAsync(TestTenant tenant, EventLedger ledger) => LoadGenerator.SendSafelyAsync(tenant, Many(), ledger, Cancellation);
}

[Collection(OnInMemoryKafka.Name)]
public sealed class LogOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : LogTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class LogOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : LogTests(system, output)
{
    private const int EventsAfterCut = 50;

    [Fact]
    public async Task Truncate_BelowWhatIsCounted_ThatPartitionAloneStopsUntilAPersonDecides()
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        await SendAsync(tenant, ledger);
        await Drain.WaitAsync(System);
        var before = await System.OffsetsAsync(Cancellation);
        var partition = Random.Next(before.Count);

        await WhileDownAsync(() => ((ApacheBroker)System.Broker).LoseLog(partition));
        // Few, so that the cut log stays below what is counted. The API may still be on its way back to the broker, and say so.
        await LoadGenerator.SendUntilAcknowledgedAsync(tenant, [.. Many().Take(EventsAfterCut)], ledger, Cancellation);
        await Drain.WaitAsync(System, exceptPartition: partition);
        await System.UntilSinkIsNotReadyAsync();
        Assert.Equal(before[partition], (await System.OffsetsAsync(Cancellation))[partition]);

        await StopAsync(System.Sink[0]);
        await LeaveWindowAsync();
        await System.SinkThatAcceptsLostRecords.StartAsync(Cancellation);
        // What the cut partition held is not there to be read again, and the others go on where they stood.
        await Checker.CheckAsync(tenant, ledger, Cancellation);
    }

    [Fact]
    public async Task Restore_LogThatGrowsPastWhatIsCountedWhileNoSinkRuns_ThatPartitionAloneStopsUntilAPersonDecides()
    {
        var broker = (ApacheBroker)System.Broker;
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        await Drain.WaitAsync(System);
        var partition = Random.Next(UsageEventTopic.Partitions);
        var start = (await System.OffsetsAsync(Cancellation)).GetValueOrDefault(partition);
        await SendAsync(tenant, ledger);
        await Drain.WaitAsync(System);
        var kept = (await System.OffsetsAsync(Cancellation))[partition] - start;
        await WhileDownAsync(() => broker.SaveLog(partition));
        await LoadGenerator.SendUntilAcknowledgedAsync(tenant, Many(), ledger, Cancellation);
        await Drain.WaitAsync(System);
        await StopAsync(System.Sink[0]);
        var before = (await System.OffsetsAsync(Cancellation))[partition];

        await WhileDownAsync(() => broker.RestoreLog(partition));
        // About twice of what was cut.
        await LoadGenerator.SendUntilAcknowledgedAsync(tenant, Many(), ledger, Cancellation);
        await LoadGenerator.SendUntilAcknowledgedAsync(tenant, Many(), ledger, Cancellation);
        Assert.InRange(before, start + kept + 1, (await broker.EndsAsync())[partition] - 1);
        await System.Sink[0].StartAsync(Cancellation);
        await Drain.WaitAsync(System, exceptPartition: partition);
        await System.UntilSinkIsNotReadyAsync();
        Assert.Equal(before, (await System.OffsetsAsync(Cancellation))[partition]);

        await StopAsync(System.Sink[0]);
        await System.SinkThatAcceptsLostRecords.StartAsync(Cancellation);
        // What was cut was counted before, what came in its place is counted now, and what lies before the cut is known by its keys.
        await Checker.CheckAsync(tenant, ledger, Cancellation, new Expected { ReadAgain = (int)kept });
    }

    [Fact]
    public async Task Transact_ForeignProducer_CountsWhatItCommitsAndNothingSeemsToWait()
    {
        using var tenant = await CreateTenantAsync();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = System.Broker.Addresses.Test, TransactionalId = $"{tenant.Id}",
        }).Build();
        producer.InitTransactions(Grace);
        Transact(() => producer.CommitTransaction());
        Transact(() => producer.AbortTransaction());

        // The log ends with records that do not count, and a mark.
        await Drain.WaitAsync(System);
        var books = await Books.ReadAsync(tenant, Cancellation);
        Assert.Equal((Events, Events), (books.Received, books.Counted));

        void Transact(Action end)
        {
            producer.BeginTransaction();
            foreach (var sent in Many())
                producer.Produce(UsageEventTopic.Name, Message(tenant, sent, TimeProvider.System.GetUtcNow()));
            producer.Flush(Cancellation);
            end();
        }
    }

    [Fact]
    public async Task Truncate_LogWithRecordsWhoseKeysAreNoLongerKept_CountsOnlyWhatIsYounger()
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        await StopAsync(System.Sink[0]);
        await System.Broker.RecreateTopicAsync(Cancellation);
        var partition = await ProduceAsync(tenant, TimeProvider.System.GetUtcNow().AddHours(-2));
        await System.Sink[0].StartAsync(Cancellation);
        await Drain.WaitAsync(System);
        await StopAsync(System.Sink[0]);
        await ExecuteAsync($"update ingest_offsets set next_offset = next_offset + 1000000 where partition = {partition} and stream_id = (select max(id) from ingest_streams)");
        await new SegmentMaintenance(System.Source, SegmentPolicy.Default with { Retention = TimeSpan.Zero }).CloseAsync(Cancellation);
        await ExecuteAsync("update event_segments set opened_at = now() - interval '30 minutes' where closed_at is null and opened_at is not null");
        Assert.Equal(0, await StoredAsync(tenant));

        await SendAsync(tenant, ledger);
        await System.SinkThatAcceptsLostRecords.StartAsync(Cancellation);
        await Drain.WaitAsync(System);
        Assert.Equal(ledger.Acknowledged.Count, await StoredAsync(tenant));
    }

    /// <summary>Puts an event that was taken at a time on the log, and tells into which partition.</summary>
    private async Task<int> ProduceAsync(TestTenant tenant, DateTimeOffset ingestedAt)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = System.Broker.Addresses.Test, Acks = Acks.All }).Build();
        var report = await producer.ProduceAsync(UsageEventTopic.Name, Message(tenant, SentEvent.New(Random), ingestedAt), Cancellation);
        return report.Partition;
    }

    private static Message<byte[], byte[]> Message(TestTenant tenant, SentEvent sent, DateTimeOffset ingestedAt) => new()
    {
        Key = EventRecord.Key(tenant.Id, sent.Subject),
        Value = JsonSerializer.SerializeToUtf8Bytes(sent.ToCloudEvent()),
        Headers = new Headers { { EventRecord.TenantHeader, EventRecord.Tenant(tenant.Id) } },
        Timestamp = new Timestamp(ingestedAt),
    };

    private async Task WhileDownAsync(Action action)
    {
        await System.Broker.GoDownAsync(Cancellation);
        action();
        await System.Broker.ComeUpAsync(Cancellation);
    }

    private async Task<long> StoredAsync(TestTenant tenant)
    {
        await using var command = System.Source.CreateCommand($"select count(*) from usage_events where tenant_id = '{tenant.Id.ToUuid()}'");
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>What is stored until now is no longer looked for when an id comes again.</summary>
    private async Task LeaveWindowAsync()
    {
        await new SegmentMaintenance(System.Source, SegmentPolicy.Default).CloseAsync(Cancellation);
        var days = (2 * SegmentPolicy.Default.DedupeWindow).Days;
        await ExecuteAsync($"update event_segments set closed_at = now() - interval '{days} days' where closed_at is not null");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = System.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
