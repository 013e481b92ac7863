using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Rollups;

public sealed class RollupQueryTests(TestServers servers)
{
    private static readonly DateTimeOffset Noon = MeteringDatabase.Noon;

    [Fact]
    public async Task Run_NothingCounted_IsZeroForCountAndNoRowForSum()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        Assert.Empty(await database.QueryAsync(await database.AddMeterAsync("sum")));
        var count = await database.AddMeterAsync("count", Aggregation.Count);
        Assert.Equal("0", Assert.Single(await database.QueryAsync(count, new() { From = Noon, To = Noon.AddHours(1) })).Value.Digits);
        Assert.Empty(await database.QueryAsync(count, new() { WindowSize = WindowSize.Day }));
    }

    [Proves("from (inclusive), to (exclusive)", "only events inside [from, to) count")]
    [Theory]
    [InlineData(0, 120)]
    [InlineData(0.5, 59.5)]
    [InlineData(10.25, 10.75)]
    [InlineData(10.0, 10.000001)]
    [InlineData(9.999999, 10.0)]
    [InlineData(59.0, 61.0)]
    public async Task Run_RangeThatCutsMinutes_CountsExactlyTheEventsInside(double fromSeconds, double toSeconds)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("count", Aggregation.Count);
        await StoreAsync(database, Enumerable.Range(0, 120).Where(second => second % 2 == 0).Select(second => Noon.AddSeconds(second)));
        var row = Assert.Single(await database.QueryAsync(meter, new() { From = Noon.AddMicroseconds(fromSeconds * 1e6), To = Noon.AddMicroseconds(toSeconds * 1e6) }));
        var inside = Enumerable.Range(0, 120).Count(second => second % 2 == 0 && second >= fromSeconds && second < toSeconds);
        Assert.Equal($"{inside}", row.Value.Digits);
    }

    [Theory]
    [InlineData(WindowSize.Hour, "UTC", "2026-03-29T00:00:00+00:00", "2026-03-29T01:00:00+00:00")]
    [InlineData(WindowSize.Day, "Europe/Berlin", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00")]
    [InlineData(WindowSize.Week, "Europe/Berlin", "2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00")]
    [InlineData(WindowSize.Month, "Asia/Kathmandu", "2026-03-01T00:00:00+05:45", "2026-04-01T00:00:00+05:45")]
    [InlineData(WindowSize.Hour, "Asia/Kathmandu", "2026-03-29T06:00:00+05:45", "2026-03-29T07:00:00+05:45")]
    public async Task Run_Window_IsTheCalendarUnitInTheZone(WindowSize size, string zone, string start, string end)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        await StoreAsync(database, [new DateTimeOffset(2026, 3, 29, 0, 30, 0, TimeSpan.Zero)]);
        var row = Assert.Single(await database.QueryAsync(meter, new() { WindowSize = size, TimeZone = TimeZoneInfo.FindSystemTimeZoneById(zone) }));
        Assert.Equal((start, end), ($"{row.WindowStart:yyyy-MM-ddTHH:mm:sszzz}", $"{row.WindowEnd:yyyy-MM-ddTHH:mm:sszzz}"));
    }

    /// <summary>What is not answered is not read either.</summary>
    [Fact]
    public async Task Run_MoreRowsThanTheLimit_GivesOneMoreThanThat()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        await StoreAsync(database, Enumerable.Range(0, 5).Select(minute => Noon.AddMinutes(minute)));
        var rollups = new RollupQuery(database.Source, TimeProvider.System, new UsageLimits(MaxRows: 2, MaxValues: 3));
        var usage = await rollups.RunAsync(meter, new() { WindowSize = WindowSize.Minute }, TestContext.Current.CancellationToken);
        Assert.Equal([Noon, Noon.AddMinutes(1), Noon.AddMinutes(2)], usage.Rows.Select(row => row.WindowStart));
    }

    [Fact]
    public async Task Run_ManyMeters_RemembersTheSealsOfSome()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var rollups = new RollupQuery(database.Source, TimeProvider.System);
        for (var i = 0; i <= RollupQuery.MaxSeals; i++)
        {
            var gone = new Meter
            {
                Id = Ulid.NewUlid(), TenantId = database.TenantId, Slug = "gone", EventType = "t", Aggregation = Aggregation.Count, CreatedAt = Noon, UpdatedAt = Noon,
            };
            await rollups.RunAsync(gone, new() { WindowSize = WindowSize.Day }, TestContext.Current.CancellationToken);
            Assert.InRange(rollups.KnownSeals, 1, RollupQuery.MaxSeals);
        }
    }

    [Fact]
    public async Task Run_DayThatStartsAtOne_EndsAtTheNextMidnight()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        // In Cairo the clock goes from 23:59 on the 23rd to 1:00 on the 24th.
        await StoreAsync(database, [new DateTimeOffset(2026, 4, 24, 9, 0, 0, TimeSpan.Zero)]);
        var row = Assert.Single(await database.QueryAsync(meter, new() { WindowSize = WindowSize.Day, TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Africa/Cairo") }));
        Assert.Equal(
            ("2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"), ($"{row.WindowStart:yyyy-MM-ddTHH:mm:sszzz}", $"{row.WindowEnd:yyyy-MM-ddTHH:mm:sszzz}"));
    }

    [Fact]
    public async Task Run_GroupedBySubjectAndDimension_IsOrderedByWindowSubjectDimensions()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum", Aggregation.Sum, "model", "kind");
        var claim = await database.TakeOverAsync(0);
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim,
            database.Record(0, "1", """{"n":1,"model":"b","kind":"x"}""", "zed"),
            database.Record(1, "2", """{"n":2,"model":"a","kind":"y"}""", "zed"),
            database.Record(2, "3", """{"n":3,"model":"a","kind":"x"}""", "acme", Noon.AddDays(1)),
            database.Record(3, "4", """{"n":4}""", "acme"))], TestContext.Current.CancellationToken);

        var rows = await database.QueryAsync(meter, new() { WindowSize = WindowSize.Day, GroupBySubject = true, Dimensions = ["model"] });

        Assert.Equal(
            [("acme", "", "4", 1), ("zed", "a", "2", 1), ("zed", "b", "1", 1), ("acme", "a", "3", 2)],
            rows.Select(row => (row.Subject!, row.GroupBy["model"], row.Value.Digits, row.WindowStart.Day)));
    }

    [Fact]
    public async Task Run_OneSubjectWithoutWindow_SpansItsFirstAndLastMinute()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        await StoreAsync(database, [Noon.AddSeconds(30), Noon.AddMinutes(5).AddSeconds(1)]);
        var row = Assert.Single(await database.QueryAsync(meter, new() { Subjects = ["acme"], GroupBySubject = true }));
        Assert.Equal((Noon, Noon.AddMinutes(6), "acme", "2"), (row.WindowStart, row.WindowEnd, row.Subject, row.Value.Digits));
        Assert.Empty(await database.QueryAsync(meter, new() { Subjects = ["nobody"], GroupBySubject = true }));
    }

    [Theory]
    [InlineData(Aggregation.Sum)]
    [InlineData(Aggregation.Max)]
    [InlineData(Aggregation.UniqueCount)]
    public async Task Run_RangeThatCutsAMinuteWhoseEventsAreGone_IsRefusedAndWholeMinutesAreNot(Aggregation aggregation)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("m", aggregation);
        await StoreAsync(database, [Noon.AddSeconds(10), Noon.AddMinutes(1)]);
        await DropSegmentAsync(database);
        await StoreAsync(database, [Noon.AddSeconds(20)], "later");
        async Task<bool> IsRefusedAtStartAsync(UsageQuery range) => (await Assert.ThrowsAsync<OutlivedMinuteException>(() => database.QueryAsync(meter, range))).IsStart;

        Assert.True(await IsRefusedAtStartAsync(new() { From = Noon.AddSeconds(5) }));
        Assert.True(await IsRefusedAtStartAsync(new() { From = Noon.AddSeconds(5), To = Noon.AddSeconds(30) }));
        Assert.False(await IsRefusedAtStartAsync(new() { To = Noon.AddSeconds(30) }));
        Assert.False(await IsRefusedAtStartAsync(new() { From = Noon, To = Noon.AddSeconds(30), Subjects = ["acme"] }));
        Assert.Equal(aggregation == Aggregation.Sum ? "2" : "1", Assert.Single(await database.QueryAsync(meter, new() { From = Noon, To = Noon.AddMinutes(1) })).Value.Digits);
    }

    [Fact]
    public async Task Run_RangeThatCutsAMinuteWhoseEventsAreAllThere_IsExactWhateverWasDropped()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        // One of them is dated ahead of all that is asked for.
        await StoreAsync(database, [Noon.AddSeconds(10), Noon.AddYears(1)]);
        await DropSegmentAsync(database);
        await StoreAsync(database, [Noon.AddSeconds(20)], "later", "globex");
        await StoreAsync(database, [Noon.AddHours(1), Noon.AddHours(1).AddSeconds(40)], "last");

        Assert.Equal(1, await database.SumAsync(meter, new() { From = Noon.AddHours(1).AddSeconds(30), To = Noon.AddHours(2) }));
        Assert.Equal(1, await database.SumAsync(meter, new() { From = Noon.AddSeconds(15), To = Noon.AddSeconds(25), Subjects = ["globex"] }));
        Assert.Equal(0, await database.SumAsync(meter, new() { From = Noon.AddHours(-2).AddSeconds(1), To = Noon.AddHours(-1) }));
    }

    private static async Task DropSegmentAsync(MeteringDatabase database)
    {
        var maintenance = new SegmentMaintenance(database.Source, SegmentPolicy.Default with { Retention = TimeSpan.Zero });
        await maintenance.CloseAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await database.ScalarAsync("select count(*) from usage_events"));
    }

    private static async Task StoreAsync(MeteringDatabase database, IEnumerable<DateTimeOffset> times, string id = "e", string subject = "acme")
    {
        var claim = await database.TakeOverAsync(0);
        var records = times.Select((time, i) => database.Record(claim.NextOffset + i, $"{id}{i}", subject: subject, time: time)).ToArray();
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim, records)], TestContext.Current.CancellationToken);
    }
}
