using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;
using CloudNative.Tests;

namespace CloudNative.Fault.Tests;

/// <summary>Meters that are created after their events, while more arrive.</summary>
public abstract class BackfillTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Stored = 8_000;
    private const int Batch = 1_000;
    private const int Kills = 3;

    [Fact]
    public async Task Create_MetersUnderLoadAndSinksKilledMeanwhile_CountEachEventOnce()
    {
        using var tenant = await CreateTenantAsync(hasMeters: false);
        using var ledger = new EventLedger();
        foreach (var batch in Enumerable.Range(0, Stored).Select(_ => SentEvent.New(Random)).Chunk(Batch))
            await LoadGenerator.SendSafelyAsync(tenant, batch, ledger, Cancellation);
        await Drain.WaitAsync(System);

        await using var load = LoadGenerator.Start(tenant, Random, ledger: ledger);
        await load.ProgressAsync(100);
        await System.Sink[1].StartAsync(Cancellation);
        await tenant.CreateMetersAsync(Cancellation);
        await Eventually.GetAsync(_ => StateAsync(tenant, TestTenant.Sum), state => state.Scanned > 0, "the backfill has begun");
        var kills = new List<(string? State, long Scanned)>();
        for (var kill = 0; kill < Kills; kill++)
        {
            await AtRandomAsync(200);
            var sink = System.Sink[kill % 2];
            await sink.KillAsync(Cancellation);
            kills.Add(await StateAsync(tenant, TestTenant.Sum));
            await sink.StartAsync(Cancellation);
        }

        Output.WriteLine($"Killed at {string.Join(", ", kills)}");

        await load.StopAsync();
        foreach (var meter in (string[])[TestTenant.Count, TestTenant.Sum])
            await Eventually.GetAsync(_ => StateAsync(tenant, meter), state => state.State == "DONE", $"the backfill of {meter} is done");
        await Checker.CheckAsync(tenant, ledger, Cancellation, new Expected { MayBeUnmatched = true });
        Assert.Contains(kills, state => state.State != "DONE" && state.Scanned > 0);
    }

    private static async Task<(string? State, long Scanned)> StateAsync(TestTenant tenant, string meter)
    {
        var backfill = await tenant.GetAsync($"meters/{meter}/backfill", Cancellation);
        return (backfill.GetProperty("state").GetString(), backfill.GetProperty("scanned").GetInt64());
    }
}

[Collection(OnInMemoryKafka.Name)]
public sealed class BackfillOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : BackfillTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class BackfillOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : BackfillTests(system, output);
