using CloudNative.Fault.Tests.Checks;
using CloudNative.Fault.Tests.Load;

namespace CloudNative.Fault.Tests;

/// <summary>Events that come again: as they were, or as something else under the same id.</summary>
public abstract class DuplicateTests(FaultySystem system, ITestOutputHelper output) : FaultTests(system, output)
{
    private const int Day = 6_000;
    private const int Batch = 500;
    private const int Ids = 400;

    [Fact]
    public async Task Send_AWholeDayAgainWhileTheSinkDies_ChangesNothingButTheBooks()
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        var day = Enumerable.Range(0, Day).Select(_ => SentEvent.New(Random)).ToList();
        await SendAsync(tenant, ledger, day);
        await Checker.CheckAsync(tenant, ledger, Cancellation);
        var first = await Books.ReadAsync(tenant, Cancellation);

        var again = day.Shuffle().ToList();
        var sending = SendAsync(tenant, ledger, again);
        await AtRandomAsync(300);
        await System.Sink[0].KillAsync(Cancellation);
        await System.Sink[0].StartAsync(Cancellation);
        await sending;

        await Checker.CheckAsync(tenant, ledger, Cancellation);
        Assert.Equal(first with { Received = 2 * Day, Duplicates = Day, Acknowledged = 2 * Day }, await Books.ReadAsync(tenant, Cancellation));
    }

    [Fact]
    public async Task Send_SameIdsWithOtherPayloadsOverTwoSinks_TheFirstOneStoredCountsOnce()
    {
        using var tenant = await CreateTenantAsync();
        using var ledger = new EventLedger();
        await System.Sink[1].StartAsync(Cancellation);
        var ones = Enumerable.Range(0, Ids).Select(_ => SentEvent.New(Random)).ToList();
        // Another subject is another partition, and may be another sink's.
        var others = ones.Select(one => SentEvent.New(Random) with { Id = one.Id, Subject = $"other-{one.Subject}" }).ToList();
        await Task.WhenAll(SendAsync(tenant, ledger, ones), SendAsync(tenant, ledger, others));
        await Drain.WaitAsync(System);

        var stored = await StoredAsync(tenant);
        Assert.Equal(ones.Select(one => one.Id).Order(), stored.Select(one => one.Id).Order());
        Assert.Equal(Ids, await TotalAsync(tenant, TestTenant.Count));
        Assert.Equal(stored.Sum(one => one.Value), await TotalAsync(tenant, TestTenant.Sum));
        var books = await Books.ReadAsync(tenant, Cancellation);
        Assert.Equal((2 * Ids, Ids, Ids, Ids), (books.Received, books.Counted, books.Duplicates, books.DifferentPayload));
    }

    private static async Task SendAsync(TestTenant tenant, EventLedger ledger, List<SentEvent> events)
    {
        foreach (var batch in events.Chunk(Batch))
            await LoadGenerator.SendSafelyAsync(tenant, batch, ledger, Cancellation);
    }

    private static async Task<List<(string Id, decimal Value)>> StoredAsync(TestTenant tenant)
    {
        var listed = await tenant.GetAsync("events?limit=1000", Cancellation);
        return [.. listed.EnumerateArray().Select(item => item.GetProperty("event")).Select(stored =>
            (stored.GetProperty("id").GetString()!, stored.GetProperty("data").GetProperty("tokens").GetDecimal()))];
    }

    private static async Task<decimal> TotalAsync(TestTenant tenant, string meter) =>
        (await tenant.GetAsync($"meters/{meter}/query", Cancellation)).GetProperty("data")[0].GetProperty("value").GetDecimal();
}

[Collection(OnInMemoryKafka.Name)]
public sealed class DuplicateOnInMemoryKafkaTests(InMemorySystem system, ITestOutputHelper output) : DuplicateTests(system, output);

[Collection(OnApacheKafka.Name)]
public sealed class DuplicateOnApacheKafkaTests(ApacheSystem system, ITestOutputHelper output) : DuplicateTests(system, output);
