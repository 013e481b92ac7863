using Aspire.Hosting.Processes;
using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Fault.Tests.Parts;
using CloudNative.Tests;

namespace CloudNative.Fault.Tests;

/// <summary>Sinks that die, freeze, come and go.</summary>
public abstract class SinkKillTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Kills = 10;
    private const int KillsInTransactions = 3;
    private const int Changes = 4;
    private const int Events = 500;
    private const string EndedTransactions = "transactions of an ingest service that did not go on with them";
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
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
    public async Task Kill_InTheMiddleOfATransaction_EachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        for (var kill = 0; kill < KillsInTransactions; kill++)
        {
            await System.UntilCountingAsync(load, Cancellation);
            await using (await SinkTransactions.HoldBooksAsync(System, Cancellation))
            {
                await SinkTransactions.UntilAsync(System, System.Sink[0], SinkTransactions.InTheMiddle);
                // Meanwhile it is filled with what comes, and pauses.
                await load.ProgressAsync(2 * Events);
                await System.Sink[0].KillAsync(Cancellation);
            }

            await System.Sink[0].StartAsync(Cancellation);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation, new Expected { HasCalmProducer = true });
    }

    [Fact]
    public async Task Freeze_InTheMiddleOfATransaction_OthersEndItAndEachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random, LoadOptions.Thin);
        await System.UntilCountingAsync(load, Cancellation);
        var (zombie, other) = (System.Sink[0], System.Sink[1]);
        await using (await SinkTransactions.HoldBooksAsync(System, Cancellation))
        {
            await SinkTransactions.UntilAsync(System, zombie, SinkTransactions.InTheMiddle);
            await zombie.FreezeAsync(Cancellation);
        }

        await SinkTransactions.UntilAsync(System, zombie, SinkTransactions.Stalled);
        await other.StartAsync(Cancellation);
        // The other one waits for the rows of its partitions until it has ended the transaction that locks them.
        await SinkTransactions.UntilNoneAsync(System, zombie, SinkTransactions.Stalled);
        // Its line comes through a pipe, after the transactions are gone.
        await Eventually.GetAsync(
            _ => Task.FromResult(other.Lines.Any(line => line.Contains(EndedTransactions, StringComparison.Ordinal))), isTold => isTold, "the other sink says that it ended them");
        await System.UntilCountingAsync(load, Cancellation);
        var said = zombie.Lines.Count(IsRetry);
        await zombie.ThawAsync(Cancellation);
        await Eventually.GetAsync(_ => Task.FromResult(zombie.Lines.Count(IsRetry)), retries => retries > said, "the zombie finds its transaction gone");
        await load.ProgressAsync(100);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation, new Expected { HasCalmProducer = true });
        Assert.True(zombie.IsRunning, "The zombie ended.");

        static bool IsRetry(string line) => line.Contains("The store does not do its part", StringComparison.Ordinal);
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
        // What it had sent arrives.
        await SinkTransactions.UntilAsync(System, System.Sink[0], SinkTransactions.Fenced);
        await AtRandomAsync(300);
        await System.Sink[0].ThawAsync(Cancellation);
        await SinkTransactions.UntilNoneAsync(System, System.Sink[0], SinkTransactions.Fenced);
        await load.ProgressAsync(300);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation, new Expected { HasCalmProducer = true });
        Assert.True(System.Sink[0].IsRunning, "The zombie ended.");
    }

    [Fact]
    public async Task Terminate_UnderLoad_DrainsAndExitsInItsGraceAndCountingGoesOn()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random, LoadOptions.Thin);
        await using var pause = CountingPause.Watch(System);
        for (var change = 0; change < Changes; change++)
        {
            var (leaving, joining) = (System.Sink[change % 2], System.Sink[(change + 1) % 2]);
            var had = TakeOvers(joining);
            await joining.StartAsync(Cancellation);
            await Eventually.GetAsync(_ => Task.FromResult(TakeOvers(joining)), takeOvers => takeOvers > had, $"{joining.Name} takes its share");
            await load.ProgressAsync(100);
            await AtRandomAsync(300);
            Assert.Equal(0, await leaving.EndAsync(StopSignal.Terminate, Grace, Cancellation));
            await load.ProgressAsync(100);
        }

        await System.UntilCountingAsync(load, Cancellation);
        var longest = await pause.StopAsync();
        Output.WriteLine($"Longest pause of a partition while {Changes} sinks joined and left: {longest.TotalSeconds:0.0} s");
        Assert.InRange(longest, TimeSpan.Zero, LongestPause);
        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }

    private static int TakeOvers(Part sink) => sink.Lines.Count(line => line.Contains("Took over partition", StringComparison.Ordinal));

    private Task SendAsync(TestTenant tenant, EventLedger ledger) =>
        LoadGenerator.SendSafelyAsync(tenant, [.. Enumerable.Range(0, Events).Select(_ => SentEvent.New(Random))], ledger, Cancellation);
}

[Collection(OnInMemoryKafka.Name)]
public sealed class SinkKillOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : SinkKillTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class SinkKillOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : SinkKillTests(system, output);
