using Aspire.Hosting.Processes;
using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Fault.Tests.Parts;

namespace CloudNative.Fault.Tests;

/// <summary>Sinks that die, freeze, come and go.</summary>
public abstract class SinkKillTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Kills = 10;
    private const int Changes = 4;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Kill_TenTimesAtRandomMoments_EachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        // Thinly, so that it lasts on a busy machine too.
        await using var load = LoadGenerator.Start(tenant, Random, new LoadOptions { Senders = 2, Pause = TimeSpan.FromMilliseconds(40), MaxBatch = 10 });
        for (var kill = 0; kill < Kills; kill++)
        {
            await System.UntilCountingAsync(Cancellation);
            await AtRandomAsync(400);
            await System.Sink[0].KillAsync(Cancellation);
            await System.Sink[0].StartAsync(Cancellation);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }

    [Fact]
    public async Task Freeze_PastItsSession_TheZombieCountsNothing()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        await load.ProgressAsync(500);
        await AtRandomAsync(300);

        await System.Sink[0].FreezeAsync(Cancellation);
        await System.Sink[1].StartAsync(Cancellation);
        // The session runs out, and the other one counts.
        await Task.Delay(2 * Services.SessionTimeout, Cancellation);
        await load.ProgressAsync(500);
        await System.Sink[0].ThawAsync(Cancellation);
        await load.ProgressAsync(500);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
        Assert.True(System.Sink[0].IsRunning, "The zombie ended.");
    }

    [Fact]
    public async Task Terminate_UnderLoad_DrainsAndExitsInItsGrace()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        for (var change = 0; change < Changes; change++)
        {
            var (leaving, joining) = (System.Sink[change % 2], System.Sink[(change + 1) % 2]);
            await joining.StartAsync(Cancellation);
            await load.ProgressAsync(300);
            await AtRandomAsync(300);
            Assert.Equal(0, await leaving.EndAsync(StopSignal.Terminate, Grace, Cancellation));
            await load.ProgressAsync(300);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }
}

[Collection(OnInMemoryKafka.Name)]
public sealed class SinkKillOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : SinkKillTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class SinkKillOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : SinkKillTests(system, output);
