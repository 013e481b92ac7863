using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Tests.Segments;

public sealed class SegmentMigrationTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrate_DownAndUpWithEventsInSeveralSegments_KeepsEachOfThemAndItsId()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        await database.StoreAsync(store, 0, "a");
        await new SegmentMaintenance(database.Source, SegmentPolicy.Default).CloseAsync(Cancellation);
        await database.StoreAsync(store, 0, "b");

        await using var context = database.OpenContext();
        var migrator = context.GetService<IMigrator>();
        await migrator.MigrateAsync("20261124063000_EventTables", Cancellation);
        Assert.Equal(2, await database.ScalarAsync("select count(*) from usage_events"));
        await migrator.MigrateAsync(null, Cancellation);

        var again = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        Assert.Equal(new LedgerCounts(3, 0, 2, 1, 0), (await database.StoreAsync(again, 0, "a", "b", "c")).Counts);
    }
}
