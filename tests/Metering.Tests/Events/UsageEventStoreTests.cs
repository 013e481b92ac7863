using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Meters;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Events;

public sealed class UsageEventStoreTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Store_NewEvents_CountsThemOnceInRollupsAndBooks()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var sum = await database.AddMeterAsync("sum");
        var count = await database.AddMeterAsync("count", Aggregation.Count);
        var claim = await database.TakeOverAsync(0);
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));

        var result = await store.StoreAsync(
            [MeteringDatabase.Batch(claim, database.Record(0, "a", """{"n":0.1}"""), database.Record(1, "b", """{"n":"0.2"}"""), database.Record(2, "a"))], Cancellation);

        Assert.Equal(new LedgerCounts(3, 2, 1, 0, 0) { DifferentPayload = 1 }, result.Counts);
        Assert.Equal("0.3", await database.TotalAsync(sum));
        Assert.Equal("2", await database.TotalAsync(count));
        Assert.Equal(3, await database.ScalarAsync("select sum(received) from ledger"));
    }

    [Fact]
    public async Task Store_SameEventsAtOtherOffsetsAndPartitions_AreDuplicates()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        await database.StoreAsync(store, 0, "a", "b");
        Assert.Equal(new LedgerCounts(2, 0, 2, 0, 0), (await database.StoreAsync(store, 0, "b", "a")).Counts);
        Assert.Equal(new LedgerCounts(3, 1, 2, 0, 0), (await database.StoreAsync(store, 7, "a", "b", "c")).Counts);
        Assert.Equal("3", await database.TotalAsync(meter));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Store_IdsWithOtherPayloads_AreBookedAsSuch(bool isClosed)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        await database.StoreAsync(store, 0, "a", "b");
        if (isClosed)
            await new SegmentMaintenance(database.Source, SegmentPolicy.Default).CloseAsync(Cancellation);

        // Against the store: a differs, b does not. Within the batch: the first c counts, and the third differs from it.
        const string other = """{"n":5}""";
        var claim = await database.TakeOverAsync(0);
        var result = await store.StoreAsync(
            [MeteringDatabase.Batch(
                claim, database.Record(2, "a", other), database.Record(3, "a"), database.Record(4, "a", other), database.Record(5, "b"),
                database.Record(6, "c", other), database.Record(7, "c", other), database.Record(8, "c"))],
            Cancellation);

        Assert.Equal(new LedgerCounts(7, 1, 6, 0, 0) { DifferentPayload = 3 }, result.Counts);
        Assert.Equal(3, await database.ScalarAsync("select sum(different_payload) from ledger"));
        Assert.Equal("7", await database.TotalAsync(meter));
    }

    [Fact]
    public async Task Store_DataWithANameThatIsNoText_CountsTheValueBesideIt()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var claim = await database.TakeOverAsync(0);
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        await store.StoreAsync(
            [MeteringDatabase.Batch(claim, database.Record(0, "a", """{"n":5,"\ud800":1}"""), database.Record(1, "b", """{"\ud800":1,"\u006e":2}"""))], Cancellation);
        Assert.Equal("7", await database.TotalAsync(meter));
    }

    [Fact]
    public async Task Store_AfterAnotherTookOver_IsFencedAndCountsNothing()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var zombie = await database.TakeOverAsync(0);
        await database.TakeOverAsync(0);
        var other = await database.TakeOverAsync(1);

        var result = await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync(
            [MeteringDatabase.Batch(zombie, database.Record(0, "a")), MeteringDatabase.Batch(other, database.Record(0, "b"))], Cancellation);

        Assert.Equal([0], result.Lost);
        Assert.Equal(new LedgerCounts(1, 1, 0, 0, 0), result.Counts);
        Assert.Equal("1", await database.TotalAsync(meter));
        Assert.Equal(0, await database.ScalarAsync("select next_offset from ingest_offsets where partition = 0"));
    }

    [Fact]
    public async Task Store_AgainAfterACommitOfUnknownResult_IsAlreadyStored()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var batch = MeteringDatabase.Batch(await database.TakeOverAsync(0), database.Record(0, "a"));
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        await store.StoreAsync([batch], Cancellation);

        var again = await store.StoreAsync([batch], Cancellation);

        Assert.Equal([0], again.AlreadyStored);
        Assert.Empty(again.Lost);
        Assert.Equal(default, again.Counts);
        Assert.Equal("1", await database.TotalAsync(meter));
    }

    [Fact]
    public async Task TakeOver_OfAPartlyCountedPartition_GoesOnAtItsOffset()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.StoreAsync(new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)), 3, "a", "b");
        var claim = await database.TakeOverAsync(3);
        Assert.Equal((2, 2), (claim.NextOffset, claim.Epoch));
    }

    [Fact]
    public async Task Store_MeterCreatedBetweenBatches_CountsFromItsStartAndSaysSo()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        Assert.Equal(new LedgerCounts(2, 0, 0, 2, 0), (await database.StoreAsync(store, 0, "a", "b")).Counts);
        var meter = await database.AddMeterAsync("late");
        await database.StoreAsync(store, 0, "c");

        Assert.Equal("1", await database.TotalAsync(meter));
        Assert.Equal(2, await database.ScalarAsync("select from_offset from meter_starts"));
        await using var context = database.OpenContext();
        var events = await new UsageEventList(database.Source, context).ListAsync(database.TenantId, new UsageEventFilter(), Cancellation);
        Assert.Single(events, e => e.Meters is [{ Reason: null, Contribution: not null }]);
        Assert.Equal(2, events.Count(e => e.Meters is [{ Reason: "meter 'late' was created, or got other dimensions, after the event was stored, and its backfill has not come to it yet" }]));
    }

    [Proves("is ignored by value aggregations, and counted by COUNT")]
    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"n":null}""")]
    [InlineData("""{"n":"twelve"}""")]
    [InlineData("""{"n":1e400}""")]
    [InlineData("""{"n":"NaN"}""")]
    [InlineData("""{"n":"Infinity"}""")]
    [InlineData("""{"n":[1]}""")]
    [InlineData("""{"n":"\ud800"}""")]
    public async Task Store_ValueThatIsNoNumber_IsIgnoredBySumAndCountedByCount(string data)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var sum = await database.AddMeterAsync("sum");
        var count = await database.AddMeterAsync("count", Aggregation.Count);
        var claim = await database.TakeOverAsync(0);
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim, database.Record(0, "a", data))], Cancellation);
        Assert.Equal("none", await database.TotalAsync(sum));
        Assert.Equal("1", await database.TotalAsync(count));
    }

    [Fact]
    public async Task Store_RejectedRecordAndUnknownTenant_BecomeDeadLettersAndTheRestGoesOn()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var claim = await database.TakeOverAsync(0);
        var rejected = database.Record(0, "x") with { Event = null, Rejection = new Rejection(DeadLetterReason.InvalidEvent, "id: is required") };
        var stranger = database.Record(1, "y") with { TenantId = Ulid.NewUlid() };

        var result = await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync(
            [MeteringDatabase.Batch(claim, rejected, stranger, database.Record(2, "z"))], Cancellation);

        Assert.Equal(new LedgerCounts(3, 0, 0, 1, 2), result.Counts);
        Assert.Equal(2, await database.ScalarAsync("select count(*) from dead_letters where length(value) > 0"));
    }

    [Fact]
    public async Task Store_FirstOfAnIdCantBeCounted_TheNextOneCountsAndOnlyThoseBehindItAreDuplicates()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var claim = await database.TakeOverAsync(0);

        var result = await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync(
            [MeteringDatabase.Batch(
                claim, Uncountable(0, "a"), Uncountable(1, "a"), database.Record(2, "a", """{"n":5}"""), database.Record(3, "a", """{"n":5}"""), Uncountable(4, "a"),
                Uncountable(5, "b"), Uncountable(6, "b"))],
            Cancellation);

        Assert.Equal(new LedgerCounts(7, 1, 2, 0, 4) { DifferentPayload = 1 }, result.Counts);
        Assert.Equal(4, await database.ScalarAsync("select count(*) from dead_letters"));
        Assert.Equal(1, await database.ScalarAsync("select count(*) from usage_events"));
        Assert.Equal("5", await database.TotalAsync(meter));

        // The contract's reader lets none through; what comes from elsewhere may.
        IngestRecord Uncountable(long offset, string id)
        {
            var record = database.Record(offset, id);
            return record with { Event = record.Event! with { Data = "{"u8.ToArray() } };
        }
    }

    [Fact]
    public async Task Store_DimensionsThatPostgresCantHold_AreKeptAsFarAsText()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum", Aggregation.Sum, "model");
        var claim = await database.TakeOverAsync(0);
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim,
            database.Record(0, "a", """{"n":1,"model":"a\u0000b"}"""), database.Record(1, "b", """{"n":2,"model":"';drop--\"\u202E😀"}"""))], Cancellation);
        var rows = await database.QueryAsync(meter, new() { Dimensions = ["model"] });
        Assert.Equal(["';drop--\"\u202E😀", "a\uFFFDb"], rows.Select(row => row.GroupBy["model"]));
    }

    [Fact]
    public async Task Store_TwoStoresWithTheSameEventsAtOnce_CountEachOnce()
    {
        const int Rounds = 20, EventsPerRound = 50;
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async partition =>
        {
            var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
            for (var round = 0; round < Rounds; round++)
            {
                // Every partition sends the same ids, each in another order.
                var ids = Enumerable.Range(0, EventsPerRound).Select(i => $"{round}-{i}").OrderBy(id => HashCode.Combine(id, partition)).ToArray();
                await database.StoreAsync(store, partition, ids);
            }
        }));

        Assert.Equal($"{Rounds * EventsPerRound}", await database.TotalAsync(meter));
        Assert.Equal(Rounds * EventsPerRound, await database.ScalarAsync("select sum(counted) from ledger"));
        Assert.Equal(4 * Rounds * EventsPerRound, await database.ScalarAsync("select sum(received) from ledger"));
    }

    [Fact]
    public async Task OpenStream_TopicMadeAgain_IsAnotherStreamOnlyWhereAllowed()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var again = new StreamIdentity("usage-events", "another");
        await Assert.ThrowsAsync<StreamReplacedException>(() => IngestOffsets.OpenStreamAsync(database.Source, again, false, Cancellation));
        var id = await IngestOffsets.OpenStreamAsync(database.Source, again, true, Cancellation);
        Assert.NotEqual(database.StreamId, id);
        Assert.Equal(id, await IngestOffsets.OpenStreamAsync(database.Source, again, false, Cancellation));
    }
}
