using Aspire.Hosting.Processes;
using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;

namespace CloudNative.Fault.Tests;

/// <summary>Sinks that die, freeze, come and go.</summary>
public abstract class SinkKillTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Kills = 10;
    private const int Changes = 4;
    private const int Events = 500;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TimeToConsume = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Kill_TenTimesAtRandomMoments_EachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random, LoadOptions.Thin);
        for (var kill = 0; kill < Kills; kill++)
        {
            await System.UntilCountingAsync(load, Cancellation);
            await AtRandomAsync(400);
            await System.Sink[0].KillAsync(Cancellation);
            await System.Sink[0].StartAsync(Cancellation);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }

    [Fact]
    public async Task Freeze_PastItsSession_TheZombieCountsNothing()
    {
        RequireProxy();
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        await SendAsync(tenant, ledger);
        await Drain.WaitAsync(System);
        // Its next transactions begin, and do not get to PostgreSQL.
        await System.Links.SinkToPostgres!.HoldAsync(Cancellation);
        await SendAsync(tenant, ledger);
        await Task.Delay(TimeToConsume, Cancellation);

        await System.Sink[0].FreezeAsync(Cancellation);
        await System.Sink[1].StartAsync(Cancellation);
        // The session runs out, and the other one counts what the zombie believes to be its own.
        await Drain.WaitAsync(System);
        await using var load = LoadGenerator.Start(tenant, Random, ledger: ledger);
        await load.ProgressAsync(200);
        await System.Links.SinkToPostgres.HealAsync(Cancellation);
        await AtRandomAsync(300);
        await System.Sink[0].ThawAsync(Cancellation);
        await load.ProgressAsync(300);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation, new Expected { HasCalmProducer = true });
        Assert.True(System.Sink[0].IsRunning, "The zombie ended.");
    }

    [Fact]
    public async Task Terminate_UnderLoad_DrainsAndExitsInItsGrace()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random, LoadOptions.Thin);
        for (var change = 0; change < Changes; change++)
        {
            var (leaving, joining) = (System.Sink[change % 2], System.Sink[(change + 1) % 2]);
            await joining.StartAsync(Cancellation);
            await load.ProgressAsync(100);
            await AtRandomAsync(300);
            Assert.Equal(0, await leaving.EndAsync(StopSignal.Terminate, Grace, Cancellation));
            await load.ProgressAsync(100);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }

    private Task SendAsync(TestTenant tenant, EventLedger ledger) =>
        LoadGenerator.SendSafelyAsync(tenant, [.. Enumerable.Range(0, Events).Select(_ => SentEvent.New(Random))], ledger, Cancellation);
}

[Collection(OnInMemoryKafka.Name)]
public sealed class SinkKillOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : SinkKillTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class SinkKillOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : SinkKillTests(system, output);
