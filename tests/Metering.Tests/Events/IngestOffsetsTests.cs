using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Events;

/// <summary>The same topic as another stream, because the log of one partition was cut.</summary>
public sealed class IngestOffsetsTests(TestServers servers)
{
    private const int Cut = 1;
    private const int CutAsWell = 2;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replace_StreamWithOneCutPartition_TheOthersGoOnWhereTheyStand()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var cut = await StoreInAllAsync(database);

        var stream = await IngestOffsets.ReplaceStreamAsync(database.Source, cut, MeteringDatabase.Stream, from: 1, until: 3, Cancellation);

        Assert.NotEqual(database.StreamId, stream);
        Assert.Equal(stream, await IngestOffsets.OpenStreamAsync(database.Source, MeteringDatabase.Stream, false, Cancellation));
        Assert.Equal(new PartitionClaim(stream, 0, 1, 2) { Last = CountedRecord.Of(database.Record(1, "b0")) }, await TakeOverAsync(database, stream, 0));
        Assert.Equal(new PartitionClaim(stream, Cut, 1, 1) { ReadAgainUntil = 3 }, await TakeOverAsync(database, stream, Cut));
        Assert.Equal(
            new PartitionClaim(stream, CutAsWell, 1, 2) { IsCut = true, Last = CountedRecord.Of(database.Record(1, "b2")) }, await TakeOverAsync(database, stream, CutAsWell));
    }

    [Fact]
    public async Task TakeOver_AfterOffsetsWithoutARecord_TellsTheLastRecordThatWasCounted()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        await database.StoreAsync(store, 0, "a", "b");
        var claim = await database.TakeOverAsync(0);

        var result = await store.StoreAsync([new PartitionBatch(claim, 5, [])], Cancellation);

        Assert.Empty(result.Lost);
        Assert.Equal(claim with { Epoch = claim.Epoch + 1, NextOffset = 5 }, await database.TakeOverAsync(0));
        Assert.Equal(CountedRecord.Of(database.Record(1, "b")), claim.Last);
    }

    [Fact]
    public async Task Move_BehindWhatTheBrokerDeleted_ForgetsTheLastRecord()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        await database.StoreAsync(store, 0, "a");

        Assert.Null((await IngestOffsets.MoveAsync(database.Source, await database.TakeOverAsync(0), 7, Cancellation)).Last);
        Assert.Null((await database.TakeOverAsync(0)).Last);
    }

    [Fact]
    public async Task Replace_StreamThatAnotherStillCounts_EndsItsClaims()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var cut = await StoreInAllAsync(database);
        var claim = await database.TakeOverAsync(0);
        var stream = await IngestOffsets.ReplaceStreamAsync(database.Source, cut, MeteringDatabase.Stream, 0, 3, Cancellation);

        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        var result = await store.StoreAsync([MeteringDatabase.Batch(claim, database.Record(2, "late"))], Cancellation);

        Assert.Equal([0], result.Lost);
        Assert.Equal(2, (await TakeOverAsync(database, stream, 0)).NextOffset);
    }

    [Fact]
    public async Task Replace_ByTwoProcesses_TheSecondLeavesWhatTheFirstMade()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var cut = await StoreInAllAsync(database);
        var first = await IngestOffsets.ReplaceStreamAsync(database.Source, cut, MeteringDatabase.Stream, 0, 3, Cancellation);
        await TakeOverAsync(database, first, 0);

        Assert.Equal(first, await IngestOffsets.ReplaceStreamAsync(database.Source, cut, MeteringDatabase.Stream, 1, 4, Cancellation));
        Assert.Equal(new PartitionClaim(first, Cut, 1, 0) { ReadAgainUntil = 3 }, await TakeOverAsync(database, first, Cut));
        Assert.Equal(2, (await TakeOverAsync(database, first, 0)).Epoch);
    }

    /// <summary>Two events in each of three partitions, of which two are cut.</summary>
    private static async Task<PartitionClaim> StoreInAllAsync(MeteringDatabase database)
    {
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        foreach (var partition in (int[])[0, Cut, CutAsWell])
            await database.StoreAsync(store, partition, $"a{partition}", $"b{partition}");
        await IngestOffsets.MarkCutAsync(database.Source, await database.TakeOverAsync(CutAsWell), Cancellation);
        return await IngestOffsets.MarkCutAsync(database.Source, await database.TakeOverAsync(Cut), Cancellation);
    }

    private static Task<PartitionClaim> TakeOverAsync(MeteringDatabase database, int stream, int partition) =>
        IngestOffsets.TakeOverAsync(database.Source, stream, partition, 0, 9, Cancellation);
}
