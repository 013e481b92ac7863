using Aspire.Hosting.Processes;
using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Fault.Tests.Parts;

namespace CloudNative.Fault.Tests;

/// <summary>A log that is new, or not what it was.</summary>
public abstract class LogTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Events = 500;
    private const int LostRecords = 5;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

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
        await Drain.WaitAsync(System);
        var start = await System.OffsetsAsync(Cancellation);
        await SendAsync(tenant, ledger);
        await Drain.WaitAsync(System);
        var before = await System.OffsetsAsync(Cancellation);
        var partition = Random.Next(before.Count);

        await System.Broker.GoDownAsync(Cancellation);
        ((ApacheBroker)System.Broker).LoseLog(partition);
        await System.Broker.ComeUpAsync(Cancellation);
        // Few, so that the cut log stays below what is counted. The API may still be on its way back to the broker, and say so.
        await LoadGenerator.SendUntilAcknowledgedAsync(tenant, [.. Many().Take(EventsAfterCut)], ledger, Cancellation);
        await Drain.WaitAsync(System, exceptPartition: partition);
        await System.UntilSinkIsNotReadyAsync();
        var counted = await System.OffsetsAsync(Cancellation);
        Assert.Equal(before[partition], counted[partition]);

        await StopAsync(System.Sink[0]);
        await System.SinkThatAcceptsLostRecords.StartAsync(Cancellation);
        // Every partition is read from its start, as another stream; only what the cut one held is not there to be read again.
        var readAgain = counted.Where(log => log.Key != partition).Sum(log => log.Value - start[log.Key]);
        await Checker.CheckAsync(tenant, ledger, Cancellation, new Expected { ReadAgain = readAgain });
    }
}
