using System.Diagnostics.Metrics;
using CloudNative.ApiService.Backlog;
using CloudNative.Metering.Events;

namespace CloudNative.ApiService.Tests.Backlog;

public sealed class PartitionPressureTests
{
    private const long Retention = 100_000_000;
    private const double RecordBytes = 1_000;

    private readonly PartitionPressure _partition = new(new PartitionGate());

    [Fact]
    public void Observe_HalfOfTheSize_RefusesUntilItWentDown()
    {
        Observe(records: 49_000);
        Assert.True(_partition.Gate.TryEnter(999_000));
        Assert.False(_partition.Gate.TryEnter(2_000));

        Observe(records: 50_000);
        Assert.True(_partition.IsRefusing);
        Assert.False(_partition.Gate.TryEnter(1));
        Observe(records: 41_000);
        Assert.True(_partition.IsRefusing);
        Observe(records: 39_000);
        Assert.False(_partition.IsRefusing);
    }

    [Theory]
    [InlineData(PartitionPressure.AlarmAt, false)]
    [InlineData(PartitionPressure.RefuseAt, true)]
    public void Observe_Age_CountsAsTheSizeDoes(double share, bool isRefusing)
    {
        _partition.Observe(first: 0, end: 1, share, RecordBytes, retentionBytes: null, left: default);
        Assert.Equal((share, isRefusing), (_partition.Share, _partition.IsRefusing));
        Assert.Equal(!isRefusing, _partition.Gate.TryEnter(long.MaxValue / 4));
    }

    [Fact]
    public void TryEnter_BurstBetweenTwoLooks_IsBoundByWhatIsNotInTheLogYet()
    {
        Observe(records: 10_000);
        Assert.True(_partition.Gate.TryEnter(30_000_000));
        Assert.False(_partition.Gate.TryEnter(20_000_000));

        // The burst is still on its way at the next look, and counts.
        Observe(records: 10_000, left: _partition.Gate.Left);
        Assert.False(_partition.Gate.TryEnter(20_000_000));

        _partition.Gate.Leave(30_000_000, records: 30_000);
        Observe(records: 10_000, left: _partition.Gate.Left);
        Assert.True(_partition.Gate.TryEnter(20_000_000));
    }

    [Fact]
    public void TryEnter_SmallRetentionAndNothingWaiting_TakesTheLargestRequestAndNoMore()
    {
        _partition.Observe(first: 7, end: 7, ageShare: 0, RecordBytes, TopicLog.InMemoryRetentionBytes, left: default);
        using var meter = new Meter("test");
        var refused = meter.CreateCounter<long>("refused");
        // As many bytes as a body may have, half of them the subject.
        var largest = new BacklogEntry([_partition], refused);
        const int eventBytes = (int)(ApiLimits.MaxBodyBytes / UsageEventReader.MaxBatchLength);
        for (var i = 0; i < UsageEventReader.MaxBatchLength; i++)
            largest.Add(EventRecord.Key(Ulid.NewUlid(), new string('s', eventBytes / 2)), eventBytes);
        Assert.True(largest.TryEnter());

        var small = new BacklogEntry([_partition], refused);
        small.Add(EventRecord.Key(Ulid.NewUlid(), "s"), 100);
        Assert.False(small.TryEnter());
    }

    [Fact]
    public void Observe_PartitionOfLargeRecords_IsPricedWithTheirSizeNotTheTopicsMean()
    {
        _partition.Observe(0, end: 0, ageShare: 0, RecordBytes, Retention, left: default);
        Assert.True(_partition.Gate.TryEnter(40_000_000));
        _partition.Gate.Leave(40_000_000, records: 400);
        Observe(records: 400, _partition.Gate.Left);
        Assert.Equal(400 * (100_000 - BacklogEntry.RecordOverhead), _partition.SizeShare * Retention, 0.001);

        // What others send to it later is priced with the mean.
        Observe(records: 400, _partition.Gate.Left);
        Observe(records: 500, _partition.Gate.Left);
        Assert.Equal(400 * (100_000 - BacklogEntry.RecordOverhead) + 100 * RecordBytes, _partition.SizeShare * Retention, 0.001);
    }

    [Fact]
    public void Observe_LargeRecordsFromBeforeThisProcess_ArePricedAsThoseThatItSends()
    {
        Observe(records: 400);
        Assert.Equal(400 * RecordBytes, _partition.SizeShare * Retention, 0.001);
        Assert.True(_partition.Gate.TryEnter(1_000_000));
        _partition.Gate.Leave(1_000_000, records: 10);
        Observe(records: 410, _partition.Gate.Left);
        Assert.Equal(410 * (100_000 - BacklogEntry.RecordOverhead), _partition.SizeShare * Retention, 0.001);

        // Nor are they forgotten when nothing is sent for a while.
        Observe(records: 410, _partition.Gate.Left);
        Assert.Equal(410 * (100_000 - BacklogEntry.RecordOverhead), _partition.SizeShare * Retention, 0.001);
    }

    private void Observe(long records, LeftGate left = default) => _partition.Observe(0, records, ageShare: 0, RecordBytes, Retention, left);
}
