using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.IngestService.Tests;

public sealed class OwnedPartitionsTests
{
    private static readonly Headers NoHeaders = [];
    private readonly OwnedPartitions _owned = new();

    [Fact]
    public void Take_WaitingRecords_GivesOneBatchAPartitionUpToItsLastRecord()
    {
        _owned.Assign(new PartitionClaim(1, 0, 1, 5));
        _owned.Assign(new PartitionClaim(1, 1, 1, 0));
        _owned.Add(0, Record(5), NoHeaders);
        _owned.Add(0, Record(9), NoHeaders);
        _owned.Add(1, Record(0), NoHeaders);

        var batches = _owned.Take();

        Assert.Equal([(0, 5L, 10L, 2), (1, 0L, 1L, 1)], batches.Select(b => (b.Claim.Partition, b.Claim.NextOffset, b.End, b.Records.Count)));
        Assert.Equal(0, _owned.Waiting);
        Assert.Empty(_owned.Take());
    }

    [Fact]
    public void Add_PartitionThatIsNotOwned_IsIgnored()
    {
        _owned.Add(4, Record(0), NoHeaders);
        Assert.Equal(0, _owned.Waiting);
    }

    [Fact]
    public void Add_RecordBeforeTheNextOffset_IsIgnored()
    {
        _owned.Assign(new PartitionClaim(1, 0, 1, 5));
        _owned.Add(0, Record(4), NoHeaders);
        Assert.Equal(0, _owned.Waiting);
    }

    [Fact]
    public void Assign_AgainWhileRecordsWait_DropsThem()
    {
        _owned.Assign(new PartitionClaim(1, 0, 1, 0));
        _owned.Add(0, Record(0), NoHeaders);
        _owned.Assign(new PartitionClaim(1, 0, 2, 0));
        Assert.Equal(0, _owned.Waiting);
    }

    [Fact]
    public void Remove_WhileRecordsWait_DropsOnlyThatPartitions()
    {
        _owned.Assign(new PartitionClaim(1, 0, 1, 0));
        _owned.Assign(new PartitionClaim(1, 1, 1, 0));
        _owned.Add(0, Record(0), NoHeaders);
        _owned.Add(1, Record(0), NoHeaders);
        _owned.Remove(0);
        Assert.Equal(1, Assert.Single(_owned.Take()).Claim.Partition);
    }

    [Fact]
    public void WaitingBytes_RecordsComeAndGo_CountValuesAndOverheadUntilTheyAreDropped()
    {
        const int ValueBytes = 100, Bytes = OwnedPartitions.RecordOverhead + ValueBytes;
        _owned.Assign(new PartitionClaim(1, 0, 1, 0));
        _owned.Assign(new PartitionClaim(1, 1, 1, 0));
        foreach (var partition in (int[])[0, 0, 1])
            _owned.Add(partition, Record(0) with { Value = new byte[ValueBytes] }, new Headers { { "name", new byte[1_000] } });
        Assert.Equal(3 * Bytes, _owned.WaitingBytes);

        _owned.Remove(1);
        Assert.Equal((2 * Bytes, 3), (_owned.WaitingBytes, _owned.Traces.Records));
        // Else nothing would end its traces: there is no next transaction.
        _owned.Remove(0);
        Assert.Equal((0, 0), (_owned.WaitingBytes, _owned.Traces.Records));

        _owned.Assign(new PartitionClaim(1, 0, 2, 0));
        _owned.Add(0, Record(0), NoHeaders);
        Assert.Equal(OwnedPartitions.RecordOverhead, _owned.WaitingBytes);
        _owned.Take();
        Assert.Equal((0, 0), (_owned.WaitingBytes, _owned.Traces.Records));
    }

    [Fact]
    public void Advance_StoredBatch_GoesOnBehindIt()
    {
        _owned.Assign(new PartitionClaim(1, 0, 1, 0));
        _owned.Add(0, Record(0), NoHeaders);
        _owned.Advance(_owned.Take()[0]);
        Assert.Equal(1, Assert.Single(_owned.Claims).NextOffset);
    }

    [Fact]
    public void Reach_OffsetsBehindTheLastRecord_EndTheBatchAndAreTakenOnce()
    {
        _owned.Assign(new PartitionClaim(1, 0, 1, 0));
        _owned.Add(0, Record(0), NoHeaders);
        _owned.Reach(0, 3);
        var first = Assert.Single(_owned.Take());
        _owned.Reach(0, 3);
        _owned.Advance(first);

        Assert.Equal(3, first.End);
        Assert.False(_owned.HasMore);
        _owned.Reach(0, 4);
        Assert.Equal((3L, 4L, 0), Assert.Single(_owned.Take()) is var next ? (next.Claim.NextOffset, next.End, next.Records.Count) : default);
    }

    [Fact]
    public void Add_LastCountedRecordComesFirst_WhatIsBehindItIsTaken()
    {
        _owned.Assign(Claim(CountedRecord.Of(Record(4))));
        _owned.Add(0, Record(4), NoHeaders);
        Assert.False(_owned.HasMore);
        _owned.Add(0, Record(5), NoHeaders);

        Assert.Empty(_owned.Cut);
        Assert.Equal(5, Assert.Single(Assert.Single(_owned.Take()).Records).Offset);
    }

    [Fact]
    public void Add_AnotherRecordInTheLastOnesPlace_TakesNothing()
    {
        _owned.Assign(Claim(CountedRecord.Of(Record(4) with { IngestedAt = DateTimeOffset.UnixEpoch.AddMilliseconds(1) })));
        _owned.Add(0, Record(4), NoHeaders);
        AssertCut();
    }

    [Fact]
    public void Reach_NoRecordInTheLastOnesPlace_TakesNothing()
    {
        _owned.Assign(Claim(CountedRecord.Of(Record(4))));
        _owned.Reach(0, 4);
        Assert.Empty(_owned.Cut);
        _owned.Reach(0, 5);
        AssertCut();
    }

    private static PartitionClaim Claim(CountedRecord last) => new(1, 0, 1, 5) { Last = last };

    private void AssertCut()
    {
        _owned.Add(0, Record(5), NoHeaders);
        _owned.Reach(0, 6);
        Assert.Equal(0, Assert.Single(_owned.Cut).Partition);
        Assert.False(_owned.HasMore);
        _owned.Assign(new PartitionClaim(1, 0, 2, 5) { IsCut = true });
        Assert.Empty(_owned.Cut);
    }

    private static IngestRecord Record(long offset) => new(offset, DateTimeOffset.UnixEpoch, Ulid.Empty, default);
}
