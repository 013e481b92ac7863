using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Fault.Tests.Parts;
using CloudNative.Tests;

namespace CloudNative.Fault.Tests;

/// <summary>Connections between any two parts that are cut, slow, reset, or lose answers, one after the other under load.</summary>
public abstract class ConnectionTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int BrokenAnswers = 8;
    private const int LostCommits = 3;
    private const int MostBytes = 1_500;

    [Fact]
    public Task Cut_EachConnection_EachEventCountsOnce() => DisturbEachAsync(link => link.CutAsync(Cancellation));

    [Fact]
    public Task Reset_EachConnection_EachEventCountsOnce() => DisturbEachAsync(link => link.ResetAsync(Cancellation));

    [Fact]
    public Task LoseAnswers_EachConnection_EachEventCountsOnce() => DisturbEachAsync(link => link.LoseAnswersAsync(600, Cancellation));

    [Fact]
    public Task Delay_EachConnection_EachEventCountsOnce() => DisturbEachAsync(link => link.DelayAsync(Random.Next(50, 400), Cancellation));

    [Fact]
    public async Task Break_SinkToPostgresWithinAnAnswer_EachEventCountsOnce()
    {
        RequireProxy();
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        var link = System.Links.SinkToPostgres!;
        for (var broken = 0; broken < BrokenAnswers; broken++)
        {
            await System.UntilCountingAsync(load, Cancellation);
            await link.BreakAfterAsync(Random.Next(1, MostBytes), Cancellation);
            await AtRandomAsync(500);
            await link.HealAsync(Cancellation);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
        Assert.True(System.Sink[0].IsRunning, "The sink ended.");
    }

    [Fact]
    public async Task Cut_SinkToPostgresWhileItCommits_TheCommitThatItDoesNotLearnOfCountsOnce()
    {
        RequireProxy();
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        var link = System.Links.SinkToPostgres!;
        for (var lost = 0; lost < LostCommits; lost++)
        {
            await System.UntilCountingAsync(load, Cancellation);
            long before;
            await using (await SinkTransactions.HoldCommitsAsync(System, Cancellation))
            {
                await SinkTransactions.UntilAsync(System, System.Sink[0], SinkTransactions.AtCommit);
                await link.CutAsync(Cancellation);
                before = await System.CountedAsync(Cancellation);
            }

            await Eventually.GetAsync(System.CountedAsync, counted => counted > before, "it is committed, and no answer can have come back");
            await AtRandomAsync(300);
            await link.HealAsync(Cancellation);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation, new Expected { HasCalmProducer = true });
        Assert.True(System.Sink[0].IsRunning, "The sink ended.");
    }

    private async Task DisturbEachAsync(Func<Link, Task> disturb)
    {
        RequireProxy();
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        foreach (var link in System.Broker.Links.Concat(System.Links.All))
        {
            await load.ProgressAsync(100);
            await disturb(link);
            await Task.Delay(Random.Next(300, 1_000), Cancellation);
            await link.HealAsync(Cancellation);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
        Assert.True(System.Sink[0].IsRunning && System.Api.IsRunning, "A service ended.");
    }
}

[Collection(OnInMemoryKafka.Name)]
public sealed class ConnectionOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : ConnectionTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class ConnectionOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : ConnectionTests(system, output);
