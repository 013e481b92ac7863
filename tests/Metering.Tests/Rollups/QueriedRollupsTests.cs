using CloudNative.Metering.Events;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Tests.Rollups;

public sealed class QueriedRollupsTests(TestServers servers)
{
    private const string Counts = "select count(*) filter (where hours = 1) * 1000 + count(*) filter (where hours = 24) from coarse_rollups";

    private static readonly DateTimeOffset Noon = MeteringDatabase.Noon;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrate_DownAndUpWithHoursAndDays_KeepsEachOfThem()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        await database.ExecuteAsync($"update rollup_seals set hours_until = '{Noon.AddDays(2):O}', days_until = '{Noon.AddDays(1.5):O}'");
        var claim = await database.TakeOverAsync(0);
        var records = Enumerable.Range(0, 40).Select(i => database.Record(i, $"e{i}", time: Noon.AddHours(i))).ToArray();
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim, records)], Cancellation);

        await using var context = database.OpenContext();
        var migrator = context.GetService<IMigrator>();
        await migrator.MigrateAsync("20261124100700_CutLogs", Cancellation);
        Assert.Equal(40_002, await database.ScalarAsync(Counts));
        await migrator.MigrateAsync(null, Cancellation);

        Assert.Equal(40_002, await database.ScalarAsync(Counts));
        Assert.Equal(2, await database.ScalarAsync("select count(*) from coarse_rollups_days"));
        // The minutes are gone, so what is left of them answers.
        await database.ExecuteAsync("delete from rollups");
        var days = await database.QueryAsync(meter, new() { WindowSize = WindowSize.Day, From = Noon.AddHours(-12), To = Noon.AddDays(1.5) });
        Assert.Equal(["12", "24"], days.Select(day => day.Value.Digits));
    }
}
