using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Recounts;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace CloudNative.Metering.Tests.Backfills;

public sealed class MeterRegroupingTests(TestServers servers)
{
    private const string Rows = "select (select count(*) from series) * 1000000 + (select count(*) from rollups) * 1000 + (select count(*) from coarse_rollups)";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Save_OtherDimensions_CountsEverythingAnewWithThem()
    {
        await using var database = await CountedAsync();
        var meter = await database.RegroupAsync(await OnlyMeterAsync(database), "region");

        await RunBackfillAsync(database);

        Assert.Equal(["eu 5", "us 2"], await ByAsync(database, await database.ReadAsync(meter), "region"));
        Assert.Equal("7", await database.TotalAsync(await database.ReadAsync(meter)));
    }

    [Fact]
    public async Task Run_RecountUnderWay_AnswersAsBeforeWhatDidNotChange()
    {
        await using var database = await CountedAsync();
        var meter = await database.RegroupAsync(await OnlyMeterAsync(database), "model", "region");
        await StoreAsync(database, ("d", """{"n":8,"model":"a","region":"eu"}"""));

        var (total, byModel, byRegion) = (
            await database.AskAsync(meter), await database.AskAsync(meter, new() { Dimensions = ["model"] }), await database.AskAsync(meter, new() { Dimensions = ["region"] }));

        Assert.Equal(("15", false), (Assert.Single(total.Rows).Value.Digits, total.IsIncomplete));
        Assert.Equal(("11,4", false), (string.Join(',', byModel.Rows.Select(row => row.Value.Digits)), byModel.IsIncomplete));
        Assert.Equal(("8", true), (Assert.Single(byRegion.Rows).Value.Digits, byRegion.IsIncomplete));
        await RunBackfillAsync(database);
        Assert.Equal(["eu 13", "us 2"], await ByAsync(database, meter, "region"));
    }

    [Fact]
    public async Task Run_PathOfADimensionChanged_IsNotAnsweredAsBefore()
    {
        await using var database = await CountedAsync();
        var meter = await OnlyMeterAsync(database);
        await using (var context = database.OpenContext())
        {
            context.Attach(meter).Entity.Change(new MeterUpdate { GroupBy = new Dictionary<string, string?> { ["model"] = "$.region" } }, MeteringDatabase.Noon);
            await MeterRegrouping.SaveAsync(context, meter, Cancellation);
        }

        Assert.True((await database.AskAsync(await database.ReadAsync(meter), new() { Dimensions = ["model"] })).IsIncomplete);
        await RunBackfillAsync(database);
        Assert.Equal(["eu 5", "us 2"], await ByAsync(database, await database.ReadAsync(meter), "model"));
    }

    [Fact]
    public async Task Save_TwiceWhileTheFirstIsRecounted_GivesTheFirstUp()
    {
        await using var database = await CountedAsync();
        var first = await database.RegroupAsync(await OnlyMeterAsync(database), "region");
        await new MeterBackfill(database.Source).RunPageAsync(1, Cancellation);
        var second = await database.RegroupAsync(first);

        Assert.Equal(first.Replaced!.Generation, second.Replaced!.Generation);
        Assert.Equal("7", await database.TotalAsync(second));
        Assert.True((await database.AskAsync(first, new() { Dimensions = ["region"] })).IsIncomplete);
        await RunBackfillAsync(database);
        Assert.Null((await database.ReadAsync(second)).Replaced);
        Assert.Equal("7", await database.TotalAsync(second));
        Assert.Equal(2, await database.ScalarAsync("select count(*) from retired_generations"));
    }

    [Fact]
    public async Task Save_MeterReadBeforeAnotherEdit_ChangesNothing()
    {
        await using var database = await CountedAsync();
        await using var context = database.OpenContext();
        var meter = await context.Meters.SingleAsync(Cancellation);
        await database.RegroupAsync(meter, "region");
        meter.Change(new MeterUpdate(), MeteringDatabase.Noon);

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => MeterRegrouping.SaveAsync(context, meter, Cancellation));

        Assert.Equal(["region"], (await database.ReadAsync(meter)).GroupBy.Keys);
        Assert.Equal(2, await database.ScalarAsync("select count(*) from meter_backfills"));
    }

    [Fact]
    public async Task Save_TenantWithoutEvents_IsDoneAtOnce()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.RegroupAsync(await database.AddMeterAsync("m"), "region");

        Assert.Null(meter.Replaced);
        Assert.False((await database.AskAsync(meter, new() { Dimensions = ["region"] })).IsIncomplete);
        Assert.Equal(1, await database.ScalarAsync("select count(*) from retired_generations"));
    }

    [Fact]
    public async Task Save_EventsThatWereCountedAreGone_IsRefusedAndKeepsTheFigures()
    {
        await using var database = await CountedAsync();
        var meter = await OnlyMeterAsync(database);
        await CloseSegmentAsync(database);
        await StoreAsync(database, ("d", """{"n":8,"model":"a","region":"eu"}"""));
        await DropOutlivedAsync(database);

        var refused = await Assert.ThrowsAsync<OutlivedUsageException>(() => database.RegroupAsync(meter, "region"));

        var now = await database.ReadAsync(meter);
        Assert.Equal((meter.Version, meter.Generation), (now.Version, now.Generation));
        Assert.Equal(["a 11", "b 4"], await ByAsync(database, now, "model"));
        Assert.Equal(await database.ScalarAsync("select floor(extract(epoch from opened_at)) from event_segments where id = 2"), refused.StoredSince.ToUnixTimeSeconds());
        Assert.Equal(1, await database.ScalarAsync("select count(*) from meter_backfills"));
    }

    [Fact]
    public async Task Save_NoEventThatWasCountedIsGone_CountsEverythingAnew()
    {
        await using var database = await CountedAsync();
        var unused = await database.AddMeterAsync("unused", MeteringDatabase.Noon.AddDays(1));
        await CloseSegmentAsync(database);
        await StoreAsync(database, ("d", """{"n":8,"model":"a","region":"eu"}"""));
        await DropOutlivedAsync(database);
        var late = await database.AddMeterAsync("late", Aggregation.Sum, "model");
        await RunBackfillAsync(database);

        late = await database.RegroupAsync(late, "region");
        unused = await database.RegroupAsync(unused, "region");
        await RunBackfillAsync(database);

        Assert.Equal(["eu 8"], await ByAsync(database, await database.ReadAsync(late), "region"));
        Assert.Empty(await ByAsync(database, await database.ReadAsync(unused), "region"));
    }

    [Fact]
    public async Task Save_SegmentOutlivesItsRetentionDuringTheRecount_IsKeptUntilItIsCounted()
    {
        await using var database = await CountedAsync();
        await CloseSegmentAsync(database);
        await StoreAsync(database, ("d", """{"n":8,"region":"eu"}"""));
        var meter = await database.RegroupAsync(await OnlyMeterAsync(database), "region");

        await DropOutlivedAsync(database);
        Assert.Equal(4, await database.ScalarAsync("select count(*) from usage_events"));
        await RunBackfillAsync(database);
        await DropOutlivedAsync(database);

        Assert.Equal(1, await database.ScalarAsync("select count(*) from usage_events"));
        Assert.Equal(["eu 13", "us 2"], await ByAsync(database, await database.ReadAsync(meter), "region"));
    }

    [Fact]
    public async Task Save_WhileSegmentsAreDropped_WaitsAndThenGivesUp()
    {
        await using var database = await CountedAsync();
        var meter = await OnlyMeterAsync(database);
        await using var dropping = await database.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await dropping.BeginTransactionAsync(Cancellation);
        await using (var turn = new NpgsqlCommand("select pg_advisory_xact_lock (20261124, 2)", dropping))
            await turn.ExecuteNonQueryAsync(Cancellation);

        await Assert.ThrowsAsync<HandOverTimeoutException>(() => database.RegroupAsync(meter, "region"));

        Assert.Equal(["model"], (await database.ReadAsync(meter)).GroupBy.Keys);
    }

    [Fact]
    public async Task Save_NoOtherDimensions_CountsNothingAnew()
    {
        await using var database = await CountedAsync();
        var before = await OnlyMeterAsync(database);

        var after = await database.RegroupAsync(before, "model");

        Assert.Equal((before.Generation, 1), (after.Generation, await database.ScalarAsync("select count(*) from meter_backfills")));
        Assert.NotEqual(before.Version, after.Version);
    }

    [Fact]
    public async Task RunPage_RecountDone_LeavesTheETagAlone()
    {
        await using var database = await CountedAsync();
        var during = await database.RegroupAsync(await OnlyMeterAsync(database), "region");

        await RunBackfillAsync(database);

        Assert.Equal(during.Version, (await database.ReadAsync(during)).Version);
    }

    [Fact]
    public async Task RunRetired_AfterItsRest_DeletesWhatIsNoLongerCountedAndNothingElse()
    {
        await using var database = await CountedAsync();
        var meter = await OnlyMeterAsync(database);
        await new RollupSealing(database.Source).RunAsync(MeteringDatabase.Noon.AddDays(1), Cancellation);
        await database.RegroupAsync(meter, "region");
        await RunBackfillAsync(database);
        var retired = new RetiredGenerations(database.Source);
        var before = await database.ScalarAsync(Rows);

        Assert.False(await retired.RunAsync(Cancellation));
        Assert.Equal(before, await database.ScalarAsync(Rows));
        await database.ExecuteAsync("update retired_generations set retired_at = retired_at - interval '11 min'");
        Assert.True(await retired.RunAsync(Cancellation));

        Assert.True(before > await database.ScalarAsync(Rows));
        Assert.Equal(0, await database.ScalarAsync($"""
            select (select count(*) from series where meter_id = '{meter.Generation.ToUuid()}') + (select count(*) from rollups where series not in (select key from series))
                + (select count(*) from coarse_rollups where series not in (select key from series)) + (select count(*) from retired_generations)
                + (select count(*) from meter_backfills where meter_id = '{meter.Generation.ToUuid()}')
            """));
        Assert.Equal(["eu 5", "us 2"], await ByAsync(database, await database.ReadAsync(meter), "region"));
    }

    [Fact]
    public async Task Recount_HoursOfBothGenerations_AgreesWithTheEvents()
    {
        await using var database = await CountedAsync();
        await database.RegroupAsync(await OnlyMeterAsync(database), "region");
        await using var connection = await database.Source.OpenConnectionAsync(Cancellation);
        var hour = MeteringDatabase.Noon;
        async Task<IReadOnlyList<string>> CompareAsync() => await new RollupRecount(connection, await MeterCatalog.LoadAsync(connection, null, Cancellation), hour)
            .CompareAsync(database.TenantId, Cancellation);

        Assert.Empty(await CompareAsync());
        await RunBackfillAsync(database);
        Assert.Empty(await CompareAsync());
        await database.ExecuteAsync("update rollups set events = events + 1");
        Assert.NotEmpty(await CompareAsync());
    }

    [Fact]
    public async Task Migrate_DownAndUpAfterAnEdit_KeepsTheFigures()
    {
        await using var database = await CountedAsync();
        var meter = await database.RegroupAsync(await OnlyMeterAsync(database), "region");
        await RunBackfillAsync(database);
        await using var context = database.OpenContext();
        var migrator = context.GetService<IMigrator>();

        await migrator.MigrateAsync("20261124100700_CutLogs", Cancellation);
        await migrator.MigrateAsync(null, Cancellation);

        meter = await database.ReadAsync(meter);
        Assert.Equal(meter.Id, meter.Generation);
        Assert.Equal(["eu 5", "us 2"], await ByAsync(database, meter, "region"));
        await StoreAsync(database, ("d", """{"n":8,"region":"us"}"""));
        Assert.Equal(["eu 5", "us 10"], await ByAsync(database, meter, "region"));
    }

    private static async Task<Meter> OnlyMeterAsync(MeteringDatabase database)
    {
        await using var context = database.OpenContext();
        return await context.Meters.AsNoTracking().SingleAsync(Cancellation);
    }

    /// <summary>A meter by model, and three events that it counted.</summary>
    private async Task<MeteringDatabase> CountedAsync()
    {
        var database = await MeteringDatabase.CreateAsync(servers);
        await database.AddMeterAsync("m", Aggregation.Sum, "model");
        await StoreAsync(database,
            ("a", """{"n":1,"model":"a","region":"eu"}"""), ("b", """{"n":2,"model":"a","region":"us"}"""), ("c", """{"n":4,"model":"b","region":"eu"}"""));
        return database;
    }

    private static async Task StoreAsync(MeteringDatabase database, params (string Id, string Data)[] events)
    {
        var claim = await database.TakeOverAsync(0);
        var records = events.Select((e, i) => database.Record(claim.NextOffset + i, e.Id, e.Data)).ToArray();
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim, records)], Cancellation);
    }

    private static Task CloseSegmentAsync(MeteringDatabase database) => new SegmentMaintenance(database.Source, SegmentPolicy.Default).CloseAsync(Cancellation);

    private static Task DropOutlivedAsync(MeteringDatabase database) =>
        new SegmentMaintenance(database.Source, SegmentPolicy.Default with { Retention = TimeSpan.Zero }).RunAsync(Cancellation);

    private static async Task RunBackfillAsync(MeteringDatabase database)
    {
        var backfill = new MeterBackfill(database.Source);
        while (await backfill.RunPageAsync(100, Cancellation) is not null)
        {
        }
    }

    private static async Task<IEnumerable<string>> ByAsync(MeteringDatabase database, Meter meter, string dimension)
    {
        var usage = await database.AskAsync(meter, new() { Dimensions = [dimension] });
        Assert.False(usage.IsIncomplete);
        return usage.Rows.Select(row => $"{row.GroupBy[dimension]} {row.Value.Digits}");
    }
}
