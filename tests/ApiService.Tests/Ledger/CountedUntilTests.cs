using CloudNative.ApiService.Ledger;
using CloudNative.Metering.Events;

namespace CloudNative.ApiService.Tests.Ledger;

public sealed class CountedUntilTests
{
    private static readonly StreamIdentity Stream = new("usage-events", "1");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly CountedUntil _counted = new();

    [Fact]
    public void Time_NothingCountedYet_IsUnknown()
    {
        Observe(0, [0, 0], [5, 0]);

        Assert.Null(_counted.Time);
        Assert.Equal(5, _counted.Waiting);
    }

    [Fact]
    public void Time_SomethingAlwaysWaits_FollowsTheLooksThatCountingHasPassed()
    {
        Observe(0, [0, 0], [5, 3]);
        Observe(1, [5, 2], [9, 3]);
        Assert.Null(_counted.Time);
        Observe(2, [8, 3], [12, 4]);
        Assert.Equal(Noon, _counted.Time);
        Observe(3, [9, 3], [15, 5]);
        Assert.Equal(Noon.AddSeconds(1), _counted.Time);
    }

    [Fact]
    public void Time_AllCounted_IsTheLastLook()
    {
        Observe(0, [0, 0], [5, 3]);
        Observe(1, [5, 3], [5, 3]);

        Assert.Equal((Noon.AddSeconds(1), 0), (_counted.Time, _counted.Waiting));
    }

    [Fact]
    public void Time_AnotherTopic_ForgetsTheOldOnesLooks()
    {
        Observe(0, [0], [5]);
        _counted.Observe(Stream with { TopicId = "2" }, Noon.AddSeconds(1), [5], [6]);

        Assert.Null(_counted.Time);
    }

    [Fact]
    public void Time_LongBacklog_IsCoarserAndNeverTooLate()
    {
        for (var i = 0; i < 5 * CountedUntil.MaxLooks; i++)
            Observe(i, [0], [i]);
        Observe(5 * CountedUntil.MaxLooks, [1_000], [5_000]);

        Assert.InRange(_counted.Time!.Value, Noon.AddSeconds(950), Noon.AddSeconds(1_000));
    }

    private void Observe(int second, long[] counted, long[] ends) => _counted.Observe(Stream, Noon.AddSeconds(second), counted, ends);
}
