using CloudNative.Metering.Backfills;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Recounts;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Microsoft.Extensions.Time.Testing;

namespace CloudNative.Metering.Tests.Recounts;

/// <summary>The books are checked against what is stored, and somebody's hand in either is seen.</summary>
public sealed class BookRecountTests(TestServers servers)
{
    private static readonly DateTimeOffset Noon = MeteringDatabase.Noon;

    private readonly FakeTimeProvider _clock = new(Noon.AddHours(6));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_BooksThatAgree_FindsNothingAndLooksOnlyOnce()
    {
        await using var database = await CreateAsync();
        var recount = new BookRecount(database.Source, _clock);

        Assert.Empty(await recount.RunAsync(10, Cancellation));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(await recount.RunAsync(10, Cancellation));

        Assert.Equal(2, (await SummaryAsync(database)).Hours);
        Assert.Equal(2, await database.ScalarAsync("select count(*) from recounts where checked_at = '2026-03-01 18:00:00Z'"));
    }

    [Theory]
    [InlineData("update ledger set received = received + 1, unmatched = unmatched + 1 where minute = '2026-03-01 12:00Z'")]
    [InlineData("delete from ledger")]
    [InlineData("delete from usage_events where id = 'a'")]
    [InlineData("delete from dead_letters")]
    [InlineData("update usage_events set partition = 1 where id = 'a'")]
    public async Task Run_AfterSomebodysHand_FindsTheHourUntilItIsMended(string hand)
    {
        await using var database = await CreateAsync();
        await database.ScalarAsync("create table saved as select * from usage_events; create table books as select * from ledger; create table letters as select * from dead_letters; select 1");
        await database.ScalarAsync($"insert into acknowledged select tenant_id, minute, gen_random_uuid(), received from ledger; {hand}; select 1");
        var recount = new BookRecount(database.Source, _clock);

        var found = await recount.RunAsync(10, Cancellation);

        Assert.Contains(found, hour => hour.Hour == Noon && hour.TenantId == database.TenantId && hour.Detail.Length > 0);
        Assert.True((await TotalAsync(database)).Differences > 0);
        Assert.NotEmpty((await SummaryAsync(database)).Differing);

        await database.ScalarAsync("""
            truncate ledger; insert into ledger select * from books;
            truncate usage_events; insert into usage_events select * from saved;
            truncate dead_letters; insert into dead_letters select * from letters;
            select 1
            """);
        Assert.Empty(await recount.RunAsync(10, Cancellation));
        Assert.Equal((0, 0), await TotalAsync(database));
    }

    [Theory]
    [InlineData("update rollups set total = total + 0.01 where minute = '2026-03-01 12:00Z'", "the rollups have 2 events and 2.01, the stored events make 2 and 2")]
    [InlineData("update rollups set events = events - 1 where minute = '2026-03-01 12:00Z'", "the rollups have 1 events and 2, the stored events make 2 and 2")]
    [InlineData("delete from rollups", "the rollups have 0 events and none, the stored events make 2 and 2")]
    [InlineData("insert into rollups select key, '2026-03-01 12:59Z', 1, 1 from series", "12:59 meter 'sum': the rollups have 1 events and 1, the stored events make 0 and none")]
    public async Task Run_RollupsThatAreNotTheEvents_AreFound(string hand, string detail)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.AddMeterAsync("sum", Aggregation.Sum, "model");
        await StoreAsync(database, database.Record(0, "a"), database.Record(0, "b"), database.Record(0, "none", "{}"));
        await database.ScalarAsync($"{hand}; select 1");

        var hour = Assert.Single(await new BookRecount(database.Source, _clock).RunAsync(10, Cancellation));

        // The minute differs from the events, and the hour from its minutes.
        Assert.Equal(2, hour.Differences);
        Assert.Contains(detail, hour.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Aggregation.Min, "update rollups set lowest = lowest - 1", "the rollups have 2 events and lowest 0, the stored events make 2 and lowest 1")]
    [InlineData(Aggregation.Max, "update coarse_rollups set highest = 3 where hours = 1", "the hour has 2 events and highest 3, its minutes make 2 and highest 2")]
    [InlineData(Aggregation.Latest, "update rollups set latest[6] = 5", "the rollups have 2 events and latest 5, the stored events make 2 and latest 2")]
    [InlineData(Aggregation.Latest, "update rollups set latest[1] = 5", "the rollups have 2 events and latest 2, the stored events make 2 and latest 2")]
    [InlineData(Aggregation.UniqueCount, "delete from distinct_values where hours = 0",
        "the rollups have 0 distinct values that the stored events do not have, and lack 2 that they have")]
    [InlineData(Aggregation.UniqueCount, "insert into distinct_values select key, 0, '2026-03-01 12:00Z', gen_random_uuid() from series",
        "the rollups have 1 distinct values that the stored events do not have, and lack 0 that they have")]
    [InlineData(Aggregation.UniqueCount, "delete from distinct_values where hours = 1",
        "the hour has 0 distinct values that its minutes do not have, and lacks 2 that they have")]
    public async Task Run_FiguresOfOtherAggregationsThatAreNotTheEvents_AreFound(Aggregation aggregation, string hand, string detail)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.AddMeterAsync("m", aggregation);
        await StoreAsync(database, database.Record(0, "a"), database.Record(0, "b", """{"n":2}"""));
        var recount = new BookRecount(database.Source, _clock);
        Assert.Empty(await recount.RunAsync(10, Cancellation));
        await database.ExecuteAsync($"{hand}; delete from recounts");

        Assert.Contains(detail, Assert.Single(await recount.RunAsync(10, Cancellation)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, "update coarse_rollups set total = total + 1 where hours = 1", "12:00 meter 'sum': the hour has 2 events and 3, its minutes make 2 and 2")]
    [InlineData(12, "delete from coarse_rollups", "12:00 meter 'sum': the hour has 0 events and none, its minutes make 2 and 2")]
    [InlineData(12, "update coarse_rollups set events = 5 where hours = 24", "2026-03-01 00:00 meter 'sum': the day has 5 events and 2, its minutes make 2 and 2")]
    [InlineData(30, "update coarse_rollups set events = 5 where hours = 24", "2026-03-01 00:00 meter 'sum': the day has 5 events and 2, its minutes make 2 and 2")]
    public async Task Run_HoursAndDaysThatAreNotTheirMinutes_AreFound(int hourOfIngest, string hand, string detail)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.AddMeterAsync("sum");
        await StoreAsync(database, database.Record(0, "a"), database.Record(0, "b"));
        await StoreAsync(database, database.Record(0, "later", "{}") with { IngestedAt = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero).AddHours(hourOfIngest) });
        Assert.True(await database.ScalarAsync("select count(*) from coarse_rollups") > 0, "what is older than the seals is rolled up as it comes");
        await database.ScalarAsync($"{hand}; select 1");
        _clock.AdjustTime(Noon.AddDays(1));

        var found = await new BookRecount(database.Source, _clock).RunAsync(100, Cancellation);

        Assert.Contains(found, hour => hour.Detail.Contains(detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_MetersThatAreNotBackfilledYet_AreCountedAsFarAsTheyAre()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, database.Record(0, "before"));
        var meter = await database.AddMeterAsync("sum");
        await StoreAsync(database, database.Record(0, "after"));
        var recount = new BookRecount(database.Source, _clock);

        Assert.Empty(await recount.RunAsync(10, Cancellation));
        Assert.NotEqual("none", await database.TotalAsync(meter));
    }

    [Fact]
    public async Task Run_HoursThatABackfillLeavesOut_AreNoDifference()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database, database.Record(0, "before"));
        var meter = await database.AddMeterAsync("late");
        await new MeterBackfill(database.Source).RunPageAsync(10, Cancellation);

        Assert.Empty(await new BookRecount(database.Source, _clock).RunAsync(10, Cancellation));
        Assert.Equal("1", await database.TotalAsync(meter));
        Assert.Equal(0, await database.ScalarAsync("select count(*) from coarse_rollups where hours = 1"));
    }

    [Fact]
    public async Task Run_TenantWithoutRecordsInTheHour_IsClearedWhenItAgrees()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.AddMeterAsync("sum");
        var hour = Noon.AddHours(-3);
        await StoreAsync(database, database.Record(0, "early", time: hour), database.Record(0, "other") with { IngestedAt = Noon.AddHours(-1) });
        await database.ExecuteAsync($"""
            update coarse_rollups set total = 7 where hours = 1;
            insert into ledger (tenant_id, minute, stream_id, partition, received, counted, duplicates, unmatched, dead_lettered)
            values (gen_random_uuid(), '{hour:O}', {database.StreamId}, 0, 0, 0, 0, 0, 0)
            """);
        var recount = new BookRecount(database.Source, _clock);
        Assert.Contains(await recount.RunAsync(10, Cancellation), found => found.Hour == hour && found.TenantId == database.TenantId);

        await database.ExecuteAsync("update coarse_rollups set total = 1 where hours = 1");

        Assert.Empty(await recount.RunAsync(10, Cancellation));
        Assert.Equal((0, 0), await TotalAsync(database));
    }

    [Fact]
    public async Task Run_AcknowledgedAndNeverReceived_IsToldOnceWhenTheLogIsCountedUntilItCame()
    {
        await using var database = await CreateAsync();
        await AcknowledgeAsync(database, 0, 4);
        await AcknowledgeAsync(database, 3, 1);
        var recount = new BookRecount(database.Source, _clock);
        Assert.Empty(await recount.RunAsync(10, Cancellation));
        await LedgerBounds.WriteCountedAsync(database.Source, Noon.AddSeconds(74), Cancellation);
        Assert.Empty(await recount.RunAsync(10, Cancellation));
        Assert.Equal(0, await MissingAsync(database));

        await LedgerBounds.WriteCountedAsync(database.Source, Noon.AddHours(2), Cancellation);
        // Another process that knows less takes nothing back.
        await LedgerBounds.WriteCountedAsync(database.Source, Noon, Cancellation);
        var found = Assert.Single(await recount.RunAsync(10, Cancellation));

        Assert.Equal((database.TenantId, Noon, 0, 2), (found.TenantId, found.Hour, found.Differences, found.Missing));
        Assert.Empty(await recount.RunAsync(10, Cancellation));
        Assert.Equal(2, await MissingAsync(database));

        await StoreAsync(database, database.Record(0, "late"), database.Record(0, "later"));
        Assert.Empty(await recount.RunAsync(10, Cancellation));
        Assert.Equal(0, await MissingAsync(database));
    }

    [Fact]
    public async Task Run_AcknowledgedAfterTheHourWasRecounted_IsLookedAtAgain()
    {
        await using var database = await CreateAsync();
        await LedgerBounds.WriteCountedAsync(database.Source, Noon.AddHours(2), Cancellation);
        var recount = new BookRecount(database.Source, _clock);
        Assert.Empty(await recount.RunAsync(10, Cancellation));

        await AcknowledgeAsync(database, 5, 3);

        Assert.Equal(3, Assert.Single(await recount.RunAsync(10, Cancellation)).Missing);
    }

    [Fact]
    public async Task Run_AllThatWasAcknowledgedIsReceived_IsSilent()
    {
        await using var database = await CreateAsync();
        await AcknowledgeAsync(database, 0, 2);
        await AcknowledgeAsync(database, 60, 1);
        await LedgerBounds.WriteCountedAsync(database.Source, Noon.AddHours(2), Cancellation);

        Assert.Empty(await new BookRecount(database.Source, _clock).RunAsync(10, Cancellation));
        Assert.Equal(0, await MissingAsync(database));
    }

    [Theory]
    [InlineData("2026-02-22 12:00Z", true)]
    [InlineData("2026-02-22 11:00Z", false)]
    public async Task Total_HoursBeyondTheLookBack_AreNotAlarmedAbout(string hour, bool isAlarm)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.ExecuteAsync($"insert into recounts values (gen_random_uuid(), '{hour}', 5, now(), 3, 'by hand')");
        _clock.AdjustTime(Noon.AddMinutes(10));

        Assert.Equal(isAlarm ? (1, 3) : (0, 0), await TotalAsync(database));
    }

    [Theory]
    [InlineData(10, 1, 0, 4)]
    [InlineData(9, 1, 1, 3)]
    [InlineData(4, 1, 2, 2)]
    [InlineData(4, 3, 3, 1)]
    public void Stretch_SoManyEventsInTheHour_IsAsManyMinutesAsAreBounded(long max, int start, int first, int minutes) =>
        Assert.Equal((first, minutes), RollupRecount.Stretch([2, 5, 1, 2], max, start));

    [Fact]
    public void Stretch_EveryMinuteHasMore_IsNone() => Assert.Null(RollupRecount.Stretch([2, 5, 3, 2], 1, 0));

    [Fact]
    public async Task Run_HourThatGotMoreSince_IsRecounted()
    {
        await using var database = await CreateAsync();
        var recount = new BookRecount(database.Source, _clock);
        await recount.RunAsync(10, Cancellation);
        _clock.Advance(TimeSpan.FromMinutes(1));

        await StoreAsync(database, database.Record(0, "late"));
        await recount.RunAsync(10, Cancellation);

        Assert.Equal(Noon.ToUnixTimeSeconds(), await database.ScalarAsync("select extract(epoch from hour) from recounts where checked_at = '2026-03-01 18:01:00Z'"));
    }

    [Fact]
    public async Task Run_MoreHoursThanItMay_GoesOnNextTime()
    {
        await using var database = await CreateAsync();
        var recount = new BookRecount(database.Source, _clock);

        await recount.RunAsync(1, Cancellation);
        Assert.Equal(1, (await SummaryAsync(database)).Hours);
        await recount.RunAsync(1, Cancellation);

        Assert.Equal(2, (await SummaryAsync(database)).Hours);
    }

    [Fact]
    public async Task Run_HourThatIsNotOver_IsLeft()
    {
        await using var database = await CreateAsync();
        _clock.AdjustTime(Noon.AddHours(2).AddMinutes(9));

        await new BookRecount(database.Source, _clock).RunAsync(10, Cancellation);

        Assert.Equal(1, (await SummaryAsync(database)).Hours);
    }

    [Fact]
    public async Task Run_WhileAnotherIsAtIt_DoesNothing()
    {
        await using var database = await CreateAsync();
        await using var other = await database.Source.OpenConnectionAsync(Cancellation);
        await using var hold = other.CreateCommand();
        hold.CommandText = "select pg_advisory_lock(20261124, 3)";
        await hold.ExecuteNonQueryAsync(Cancellation);

        await new BookRecount(database.Source, _clock).RunAsync(10, Cancellation);

        Assert.Equal(0, (await SummaryAsync(database)).Hours);
    }

    /// <summary>Two hours: two events and a dead letter in the first, one event and its duplicate in the second.</summary>
    private async Task<MeteringDatabase> CreateAsync()
    {
        var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(
            database,
            database.Record(0, "a"),
            database.Record(0, "b"),
            new IngestRecord(0, Noon.AddMinutes(3), database.TenantId, "x"u8.ToArray()) { Rejection = new Rejection(DeadLetterReason.InvalidEvent, "x") },
            database.Record(0, "c") with { IngestedAt = Noon.AddHours(1) },
            database.Record(0, "c") with { IngestedAt = Noon.AddHours(1) });
        return database;
    }

    private static async Task StoreAsync(MeteringDatabase database, params IngestRecord[] records)
    {
        var claim = await database.TakeOverAsync(0);
        var numbered = records.Select((record, i) => record with { Offset = claim.NextOffset + i }).ToArray();
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim, numbered)], Cancellation);
    }

    private async Task<(long Hours, long Differences)> TotalAsync(MeteringDatabase database)
    {
        var (hours, differences, missing) = await new RecountQuery(database.Source, _clock).TotalAsync(Cancellation);
        Assert.Equal(0, missing);
        return (hours, differences);
    }

    private async Task<long> MissingAsync(MeteringDatabase database) => (await new RecountQuery(database.Source, _clock).TotalAsync(Cancellation)).Missing;

    private static Task AcknowledgeAsync(MeteringDatabase database, int minute, int events) => database.ExecuteAsync($"""
        insert into acknowledged select id, '{Noon.AddMinutes(minute):O}', gen_random_uuid(), {events} from tenants
        """);

    private static Task<RecountSummary> SummaryAsync(MeteringDatabase database) =>
        new RecountQuery(database.Source, TimeProvider.System).RunAsync(database.TenantId, Noon.AddDays(-1), Noon.AddDays(1), Cancellation);
}
