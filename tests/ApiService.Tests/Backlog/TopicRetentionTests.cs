using CloudNative.ApiService.Backlog;

namespace CloudNative.ApiService.Tests.Backlog;

public sealed class TopicRetentionTests
{
    [Theory]
    [InlineData("1073741824", "604800000", 1_073_741_824L, 7.0)]
    [InlineData("-1", "-1", null, null)]
    [InlineData(null, null, null, null)]
    // Ten thousand days, and a millisecond more: no time that long ago can be asked for.
    [InlineData("0", "864000000000", 0L, 10_000.0)]
    [InlineData("9223372036854775807", "864000000001", long.MaxValue, null)]
    [InlineData("1", "9223372036854775807", 1L, null)]
    public void Of_Settings_AreLimitsUnlessTheyMeanNone(string? bytes, string? milliseconds, long? expectedBytes, double? expectedDays) =>
        Assert.Equal(
            new TopicRetention(expectedBytes, expectedDays is { } days ? TimeSpan.FromDays(days) : null), TopicRetention.Of(bytes, milliseconds));
}
