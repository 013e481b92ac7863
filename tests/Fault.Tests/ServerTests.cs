using Aspire.Hosting.Processes;
using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Tests;
using StackExchange.Redis;

namespace CloudNative.Fault.Tests;

/// <summary>PostgreSQL, Redis and the API itself die and come back under load.</summary>
public abstract class ServerTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Restarts = 3;

    /// <summary>Longer than keys are believed without asking, in memory and in Redis.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(32);

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Postgres_RestartedImmediatelyUnderLoad_EachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        for (var restart = 0; restart < Restarts; restart++)
        {
            await System.UntilCountingAsync(load, Cancellation);
            await AtRandomAsync(300);
            // "Immediate": no transaction is finished, no page written; it recovers from its log.
            await System.Postgres.EndAsync(StopSignal.Quit, Grace, Cancellation);
            await System.Postgres.StartAsync(Cancellation);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }

    [Fact]
    public async Task Postgres_AwayForLong_IngestGoesOnAndEachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        await load.ProgressAsync(300);
        await System.Postgres.EndAsync(StopSignal.Quit, Grace, Cancellation);
        await Task.Delay(Away / 2, Cancellation);
        await System.AnotherApi.StartAsync(Cancellation);
        using var another = tenant.ClientOf(System.AnotherApiAddress);
        IReadOnlyList<SentEvent> first = [SentEvent.New(Random)];
        await Eventually.GetAsync(
            token => LoadGenerator.SendAsync(another, first, load.Ledger, token), outcome => outcome == Outcome.Acknowledged,
            "an API that never saw the key finds it in Redis", Away / 2);
        await Task.Delay(Away / 2, Cancellation);
        await load.ProgressAsync(100);
        var unknown = load.Ledger.UnknownAttempts;
        await System.Postgres.StartAsync(Cancellation);

        Assert.Equal(0, unknown);
        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }

    [Fact]
    public async Task Redis_KilledFlushedAway_IngestGoesOnAndEachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        await load.ProgressAsync(300);
        await System.Redis.KillAsync(Cancellation);
        await load.ProgressAsync(1_000);
        await System.Redis.StartAsync(Cancellation);
        await load.ProgressAsync(300);
        await using (var redis = await ConnectionMultiplexer.ConnectAsync($"{System.RedisAddress},allowAdmin=true"))
            await redis.GetServers()[0].FlushAllDatabasesAsync();
        await load.ProgressAsync(300);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
        Assert.Equal(0, load.Ledger.UnknownAttempts);
    }

    [Fact]
    public async Task Api_KilledUnderLoad_EachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        for (var restart = 0; restart < Restarts; restart++)
        {
            await load.ProgressAsync(300);
            await AtRandomAsync(300);
            await System.Api.KillAsync(Cancellation);
            await System.Api.StartAsync(Cancellation);
        }

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation, new Expected { MayLackAcknowledged = true });
        Assert.True(load.Ledger.UnknownAttempts > 0, "No request saw the API die.");
    }

    [Fact]
    public async Task Api_TerminatedUnderLoad_EndsInItsGraceAndEachEventCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        await using var load = LoadGenerator.Start(tenant, Random);
        await load.ProgressAsync(300);
        Assert.Equal(0, await System.Api.EndAsync(StopSignal.Terminate, Grace, Cancellation));
        await System.Api.StartAsync(Cancellation);
        await load.ProgressAsync(300);

        await Checker.CheckAsync(tenant, await load.StopAsync(), Cancellation);
    }
}

[Collection(OnInMemoryKafka.Name)]
public sealed class ServerOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : ServerTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class ServerOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : ServerTests(system, output);
