using CloudNative.ApiService.Events;
using Microsoft.Extensions.Time.Testing;

namespace CloudNative.ApiService.Tests.Events;

public sealed class RecordTimestampsTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void TryGoBack_RefusedAgain_GoesTwiceAsFar()
    {
        var timestamps = new RecordTimestamps(_clock);
        Assert.True(timestamps.TryGoBack(timestamps.Lag));
        Assert.True(timestamps.TryGoBack(timestamps.Lag));
        Assert.Equal(2 * RecordTimestamps.FirstStep, timestamps.Lag);
    }

    [Fact]
    public void TryGoBack_ManyRequestsRefusedAtOnce_IsOneStep()
    {
        var timestamps = new RecordTimestamps(_clock);
        foreach (var _ in Enumerable.Range(0, 5))
            Assert.True(timestamps.TryGoBack(TimeSpan.Zero));
        Assert.Equal(RecordTimestamps.FirstStep, timestamps.Lag);
    }

    [Fact]
    public void TryGoBack_ClockOfAnotherCentury_GivesUpAndStartsAnew()
    {
        var timestamps = new RecordTimestamps(_clock);
        var steps = 0;
        while (timestamps.TryGoBack(timestamps.Lag))
            Assert.InRange(++steps, 1, 30);
        Assert.InRange(steps, 10, 30);
        Assert.Equal(TimeSpan.Zero, timestamps.Lag);
    }

    [Fact]
    public void Lag_SomeTimeLater_IsTriedWithoutAgain()
    {
        var timestamps = new RecordTimestamps(_clock);
        timestamps.TryGoBack(TimeSpan.Zero);
        _clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(TimeSpan.Zero, timestamps.Lag);
    }
}
