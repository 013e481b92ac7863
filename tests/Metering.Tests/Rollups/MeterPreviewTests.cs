using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Rollups;

public sealed class MeterPreviewTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_MoreEventsThanItMayLookAt_TakesTheNewestAndSaysSo()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var claim = await database.TakeOverAsync(0);
        var records = Enumerable.Range(0, 10).Select(i => database.Record(i, $"{i}", $$"""{"n":{{1 << i}}}""", time: MeteringDatabase.Noon.AddMinutes(i))).ToArray();
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim, records)], Cancellation);
        var meter = new Meter
        {
            Id = Ulid.NewUlid(), TenantId = database.TenantId, Slug = "m", EventType = "tokens", Aggregation = Aggregation.Sum, ValueProperty = "$.n",
            CreatedAt = MeteringDatabase.Noon, UpdatedAt = MeteringDatabase.Noon,
        };

        var (some, all, none) = (await RunAsync(database, meter, 3), await RunAsync(database, meter, 10), await RunAsync(database, meter, 10, TimeSpan.Zero));

        Assert.Equal((3, 3, MeteringDatabase.Noon.AddMinutes(7), $"{128 + 256 + 512}"), (some.Scanned, some.Counted, some.LookedBackTo, Assert.Single(some.Rows).Value.Digits));
        Assert.Equal((10, "1023"), (all.Scanned, Assert.Single(all.Rows).Value.Digits));
        Assert.Equal((0, 0, true), (none.Scanned, none.Rows.Count, none.IsPartial));
        Assert.Equal((true, false), (some.IsPartial, (await RunAsync(database, meter, 11)).IsPartial));
    }

    private static Task<Preview> RunAsync(MeteringDatabase database, Meter meter, int max, TimeSpan? patience = null) =>
        new MeterPreview(database.Source, new RollupQuery(database.Source, TimeProvider.System), new PreviewLimits(max, patience ?? TimeSpan.FromMinutes(1)), TimeProvider.System)
            .RunAsync(meter, new UsageQuery(), Cancellation);
}
