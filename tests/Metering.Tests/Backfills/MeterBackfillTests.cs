using System.Diagnostics;
using System.Text;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.Metering.Tests.Backfills;

public sealed class MeterBackfillTests(TestServers servers)
{
    private const string ThisDatabase = "database = (select oid from pg_database where datname = current_database())";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Proves("counted later by a meter that is created for it")]
    [Fact]
    public async Task RunPage_EventsOfManySegments_CountsThemAllAndThenHasNothingToDo()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, "a", "b", "c");
        await CloseSegmentAsync(database);
        await CloseSegmentAsync(database);
        await StoreAsync(database, "d", "e");
        var meter = await database.AddMeterAsync("late", Aggregation.Sum);
        await StoreAsync(database, "f");
        Assert.True((await database.AskAsync(meter)).IsIncomplete);

        var backfill = new MeterBackfill(database.Source);
        var first = await backfill.RunPageAsync(4, Cancellation);
        var second = await backfill.RunPageAsync(4, Cancellation);

        Assert.Equal((4, false), (first!.Scanned, first.IsDone));
        Assert.Equal((2, true), (second!.Scanned, second.IsDone));
        Assert.Equal(5, first.Counted + second.Counted);
        Assert.Null(await backfill.RunPageAsync(4, Cancellation));
        Assert.Equal("6", await database.TotalAsync(meter));
        Assert.False((await database.AskAsync(meter)).IsIncomplete);
    }

    [Fact]
    public async Task RunPage_OtherTypesTenantsAndEarlyEvents_AreLeftOut()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var claim = await database.TakeOverAsync(0);
        var other = new IngestRecord(2, MeteringDatabase.Noon, database.TenantId, """{"data":{"n":8}}"""u8.ToArray());
        await Store(database).StoreAsync([MeteringDatabase.Batch(claim,
            database.Record(0, "early", """{"n":1}""", time: MeteringDatabase.Noon.AddTicks(-10)),
            database.Record(1, "at", """{"n":2}"""),
            other with { Event = new UsageEvent("other", "s", "other", "acme", null, other.Value, default) },
            database.Record(3, "late", """{"n":4}""", time: MeteringDatabase.Noon.AddDays(1)))], Cancellation);
        var meter = await database.AddMeterAsync("late", MeteringDatabase.Noon);

        await RunAsync(database);

        Assert.Equal("6", await database.TotalAsync(meter));
    }

    [Fact]
    public async Task RunPage_ValuesThatAreNoNumbers_AreListedAsForLiveEvents()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var claim = await database.TakeOverAsync(0);
        await Store(database).StoreAsync([MeteringDatabase.Batch(claim,
            database.Record(0, "a", """{"n":"twelve"}"""), database.Record(1, "b", """{"n":1e400}"""), database.Record(2, "c", "null"), database.Record(3, "d"))],
            Cancellation);
        var sum = await database.AddMeterAsync("sum");
        var count = await database.AddMeterAsync("count", Aggregation.Count);

        await RunAsync(database);

        Assert.Equal(("1", "4"), (await database.TotalAsync(sum), await database.TotalAsync(count)));
        await using var context = database.OpenContext();
        var events = await new UsageEventList(database.Source, context).ListAsync(database.TenantId, new UsageEventFilter(), Cancellation);
        Assert.Equal(3, events.Count(e => e.Meters is [{ Meter.Slug: "count", Reason: null }, { Meter.Slug: "sum", Reason: not null }]));
        Assert.Single(events, e => e.Meters.All(verdict => verdict.Reason is null));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task RunPage_OneEventThatPostgresRefuses_IsPassedOverAndReported(int pageSize)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var claim = await database.TakeOverAsync(0);
        await Store(database).StoreAsync([MeteringDatabase.Batch(claim,
            [.. Enumerable.Range(0, 10).Select(i => database.Record(i, $"{i}", $$"""{"n":{{i}}}""", $"subject-{i}", MeteringDatabase.Noon.AddSeconds(i)))])], Cancellation);
        var meter = await database.AddMeterAsync("late");
        await database.ExecuteAsync("alter table series add constraint poison check (subject <> 'subject-6')");

        await RunAsync(database, pageSize);

        Assert.Equal($"{45 - 6}", await database.TotalAsync(meter));
        var progress = await new BackfillQuery(database.Source).FindAsync(meter.Id, Cancellation);
        Assert.Equal((BackfillState.Done, 9, 10, 1), (progress!.State, progress.Counted, progress.Scanned, progress.Refused));
        Assert.Contains("poison", progress.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunPage_RefusedEventAtTheEndOfASegment_IsReportedWithItsPlace()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, "a");
        await CloseSegmentAsync(database);
        var meter = await database.AddMeterAsync("late");
        await database.ExecuteAsync("alter table series add constraint poison check (subject <> 'acme')");

        await RunAsync(database);

        var progress = await new BackfillQuery(database.Source).FindAsync(meter.Id, Cancellation);
        Assert.StartsWith($"An event at {MeteringDatabase.Noon:O} ", progress!.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunPage_ReadAheadThatFailed_IsReadAgain()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, "a", "b", "c");
        await CloseSegmentAsync(database);
        await StoreAsync(database, "d");
        var meter = await database.AddMeterAsync("late");
        var backfill = new MeterBackfill(database.Source);
        await using (var other = await database.Source.OpenConnectionAsync(Cancellation))
        await using (var transaction = await other.BeginTransactionAsync(Cancellation))
        {
            await using var hold = new NpgsqlCommand("lock table usage_events_2", other);
            await hold.ExecuteNonQueryAsync(Cancellation);
            await backfill.RunPageAsync(2, Cancellation);
            await UntilAsync(database, $"select count(*) filter (where pg_terminate_backend(pid)) from pg_locks where not granted and relation = 'usage_events_2'::regclass and {ThisDatabase}");
        }

        Assert.Equal((2, true), await backfill.RunPageAsync(10, Cancellation) is { } step ? (step.Scanned, step.IsDone) : default);
        Assert.Equal("4", await database.TotalAsync(meter));
    }

    [Fact]
    public async Task RunPage_WhileItWaitsForTheCountingLock_HoldsNoRow()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, "a");
        await database.AddMeterAsync("late");
        await using var other = await database.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("select pg_advisory_xact_lock(20261124, 1)", other);
        await hold.ExecuteNonQueryAsync(Cancellation);

        var page = new MeterBackfill(database.Source).RunPageAsync(10, Cancellation);
        await UntilAsync(database, $"select count(*) from pg_locks where not granted and locktype = 'advisory' and {ThisDatabase}");

        Assert.Equal(1, await database.ScalarAsync("select count(*) from (select from meter_backfills for update skip locked) as free"));
        await transaction.CommitAsync(Cancellation);
        Assert.True((await page)!.IsDone);
    }

    [Fact]
    public async Task RunPage_StoredBytesThatAreNoJson_ArePassedOverAndReported()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var claim = await database.TakeOverAsync(0);
        var broken = database.Record(0, "a");
        await Store(database).StoreAsync([MeteringDatabase.Batch(claim,
            broken with { Event = broken.Event! with { Json = Encoding.UTF8.GetBytes("""{"data":{"n":""") } }, database.Record(1, "b"))], Cancellation);
        var meter = await database.AddMeterAsync("late");

        await RunAsync(database);

        Assert.Equal("1", await database.TotalAsync(meter));
        Assert.Equal(1, (await new BackfillQuery(database.Source).FindAsync(meter.Id, Cancellation))!.Refused);
    }

    [Fact]
    public async Task RunPage_MeterDeletedMeanwhile_EndsWithoutCounting()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, "a", "b");
        var meter = await database.AddMeterAsync("late");
        var backfill = new MeterBackfill(database.Source);
        await backfill.RunPageAsync(1, Cancellation);
        await database.ExecuteAsync("update meters set deleted_at = now()");

        Assert.True((await backfill.RunPageAsync(1, Cancellation))!.IsDone);

        Assert.Null(await backfill.RunPageAsync(1, Cancellation));
        Assert.Equal("1", await database.TotalAsync(meter));
    }

    [Fact]
    public async Task RunPage_SegmentsDroppedMeanwhile_GoesOnAndReportsThem()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, "a", "b");
        await CloseSegmentAsync(database);
        await StoreAsync(database, "c");
        await CloseSegmentAsync(database);
        await StoreAsync(database, "d");
        var meter = await database.AddMeterAsync("late");
        var backfill = new MeterBackfill(database.Source);
        await backfill.RunPageAsync(1, Cancellation);
        await new SegmentMaintenance(database.Source, SegmentPolicy.Default with { Retention = TimeSpan.Zero }).RunAsync(Cancellation);

        await RunAsync(database);

        Assert.Equal("2", await database.TotalAsync(meter));
        Assert.Equal(2, (await new BackfillQuery(database.Source).FindAsync(meter.Id, Cancellation))!.DroppedSegments);
    }

    [Fact]
    public async Task RunPage_KilledWhileItHadTheClaim_IsTakenOverWhenTheClaimEnds()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, "a");
        var meter = await database.AddMeterAsync("late");
        await using (var killed = await database.Source.OpenConnectionAsync(Cancellation))
            Assert.NotNull(await BackfillClaim.TakeAsync(killed, null, Cancellation));
        Assert.Null(await new MeterBackfill(database.Source).RunPageAsync(1, Cancellation));

        await database.ExecuteAsync("update meter_backfills set claimed_until = claimed_until - interval '10 s'");

        await RunAsync(database);
        Assert.Equal("1", await database.TotalAsync(meter));
    }

    [Fact]
    public async Task RunPage_SeveralAtOnceBesideTheSink_CountEachEventOnce()
    {
        const int Before = 400, Meanwhile = 40, Meters = 3;
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, [.. Enumerable.Range(0, Before).Select(i => $"before-{i}")]);
        var meters = new List<Meter>();
        for (var number = 0; number < Meters; number++)
            meters.Add(await database.AddMeterAsync($"late_{number}", Aggregation.Count));
        var sink = Task.Run(async () =>
        {
            var store = Store(database);
            for (var batch = 0; batch < Meanwhile; batch++)
                await database.StoreAsync(store, 0, $"meanwhile-{batch}", $"before-{batch}");
        }, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => RunAsync(database, 7), Cancellation)));
        await sink;
        await RunAsync(database);

        foreach (var meter in meters)
            Assert.Equal($"{Before + Meanwhile}", await database.TotalAsync(meter));
    }

    private static async Task UntilAsync(MeteringDatabase database, string countSql)
    {
        var started = Stopwatch.GetTimestamp();
        while (await database.ScalarAsync(countSql) == 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), $"still 0 after 20 s: {countSql}");
            await Task.Delay(5, Cancellation);
        }
    }

    private static UsageEventStore Store(MeteringDatabase database) => new(database.Source, new StoredKeys(SegmentPolicy.Default));

    private static Task<StoreResult> StoreAsync(MeteringDatabase database, params string[] ids) => database.StoreAsync(Store(database), 0, ids);

    private static Task CloseSegmentAsync(MeteringDatabase database) => new SegmentMaintenance(database.Source, SegmentPolicy.Default).CloseAsync(Cancellation);

    private static async Task RunAsync(MeteringDatabase database, int pageSize = 1_000)
    {
        var backfill = new MeterBackfill(database.Source);
        while (await backfill.RunPageAsync(pageSize, Cancellation) is not null)
        {
        }
    }
}
