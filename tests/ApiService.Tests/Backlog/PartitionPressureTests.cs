using CloudNative.ApiService.Backlog;

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
        _partition.Observe(first: 0, end: 1, share, RecordBytes, retentionBytes: null, left: 0);
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

        _partition.Gate.Leave(30_000_000);
        Observe(records: 10_000, left: _partition.Gate.Left);
        Assert.True(_partition.Gate.TryEnter(20_000_000));
    }

    [Fact]
    public void TryEnter_SmallRetentionAndNothingWaiting_TakesTheLargestRequestAndNoMore()
    {
        _partition.Observe(first: 7, end: 7, ageShare: 0, RecordBytes, TopicLog.InMemoryRetentionBytes, left: 0);
        Assert.True(_partition.Gate.TryEnter(ApiLimits.MaxBodyBytes));
        Assert.False(_partition.Gate.TryEnter(1_000));
    }

    private void Observe(long records, long left = 0) => _partition.Observe(0, records, ageShare: 0, RecordBytes, Retention, left);
}
