using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Tests.Servers;

public sealed class MemoryTrendTests
{
    private const long MiB = 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Growth_AfterTheStart_IsThatOfTheRest(int perMinute)
    {
        var trend = new MemoryTrend("api");
        for (var minute = 0; minute < 100; minute++)
            trend.Add(TimeSpan.FromMinutes(minute), (minute < 30 ? 10 * minute : 300 + perMinute * (minute - 30)) * MiB);

        Assert.Equal(perMinute, trend.Growth, tolerance: 0.001);
        Assert.Equal(300 + perMinute * 69, trend.HighestMiB);
    }
}
