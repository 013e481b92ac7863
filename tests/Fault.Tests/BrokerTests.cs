using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Fault.Tests.Parts;

namespace CloudNative.Fault.Tests;

/// <summary>Brokers that are away or slow.</summary>
public abstract class BrokerTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Times = 2;

    [Fact]
    public async Task Broker_DownUnderLoad_RefusesAndEachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        for (var time = 0; time < Times; time++)
        {
            await load.ProgressAsync(300);
            await AtRandomAsync(300);
            await System.Broker.GoDownAsync(Cancellation);
            // Past the API's patience, so that it answers while nothing acknowledges.
            await Task.Delay(Services.ProducerTimeout + TimeSpan.FromSeconds(1), Cancellation);
            await System.Broker.ComeUpAsync(Cancellation);
        }

        await load.ProgressAsync(300);
        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
        Assert.True(load.Ledger.DeferredAttempts > 0, "No request was refused while the broker was down.");
    }

    [Fact]
    public async Task Broker_SlowUnderLoad_EachEventCountsOnce()
    {
        if (System.Broker is ApacheBroker)
            RequireProxy();
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        await load.ProgressAsync(300);
        await System.Broker.SlowDownAsync(Random.Next(200, 500), Cancellation);
        await load.ProgressAsync(300);
        await System.Broker.SlowDownAsync(0, Cancellation);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }
}

[Collection(OnInMemoryKafka.Name)]
public sealed class BrokerOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : BrokerTests(system, output)
{
    private const int FailuresInARow = 3;

    /// <summary>
    /// librdkafka's cluster does not check sequence numbers. Where it fails one request and takes the next, which was under way behind it, there is a gap that a broker
    /// would refuse; the client relies on that, and takes the failed one for stored. So there is no next one.
    /// </summary>
    private static readonly LoadOptions OneAtATime = new() { Senders = 1, MaxBatch = 1, Pause = TimeSpan.FromMilliseconds(5) };

    /// <summary>The protocol's numbers: timed out, not leader, too few replicas (before and after appending), sequence gap, unknown producer, fenced producer; the connection closes.</summary>
    [Theory]
    [InlineData(KafkaRequest.Produce, 7, 6, 19, 20, 45, 59, 47, -195)]
    [InlineData(KafkaRequest.InitProducerId, 7, 14, 15, 16)]
    [InlineData(KafkaRequest.Fetch, 3, 6, 7, 56, -195)]
    [InlineData(KafkaRequest.Heartbeat, 16, 22, 25, 27, -195)]
    [InlineData(KafkaRequest.FindCoordinator, 14, 15, 16, -195)]
    [InlineData(KafkaRequest.JoinGroup, 14, 15, 16, 25, -195)]
    [InlineData(KafkaRequest.SyncGroup, 16, 22, 25, 27, -195)]
    [InlineData(KafkaRequest.OffsetCommit, 7, 16, 22, 25, 27)]
    [InlineData(KafkaRequest.ListOffsets, 3, 6, 7, -195)]
    [InlineData(KafkaRequest.Metadata, 5, 7, -195)]
    internal async Task Fail_RequestsUnderLoad_EachEventCountsOnce(KafkaRequest request, params int[] errors)
    {
        var broker = (InMemoryBroker)System.Broker;
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random, request == KafkaRequest.Produce ? OneAtATime : null);
        foreach (var error in errors)
        {
            await load.ProgressAsync(50);
            await broker.FailAsync(request, error, FailuresInARow, Cancellation);
            if (request is KafkaRequest.FindCoordinator or KafkaRequest.JoinGroup or KafkaRequest.SyncGroup or KafkaRequest.ListOffsets)
                await RejoinAsync();
            await AtRandomAsync(300);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
        Assert.True(System.Sink[0].IsRunning && System.Api.IsRunning, "A service ended.");
    }

    /// <summary>So that the group asks for what is failed.</summary>
    private async Task RejoinAsync()
    {
        if (System.Sink[1].IsRunning)
            await System.Sink[1].KillAsync(Cancellation);
        else
            await System.Sink[1].StartAsync(Cancellation);
    }
}

[Collection(OnApacheKafka.Name)]
public sealed class BrokerOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : BrokerTests(system, output)
{
    [Fact]
    public async Task Broker_KilledUnderLoad_EachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        await load.ProgressAsync(500);
        await AtRandomAsync(500);
        await System.Broker.Process.KillAsync(Cancellation);
        await System.Broker.Process.StartAsync(Cancellation);
        await load.ProgressAsync(500);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }
}
