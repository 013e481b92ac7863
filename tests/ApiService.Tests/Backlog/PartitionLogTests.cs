using CloudNative.ApiService.Backlog;

namespace CloudNative.ApiService.Tests.Backlog;

public sealed class PartitionLogTests
{
    [Theory]
    [InlineData(15, 15)]
    [InlineData(20, 20)]
    [InlineData(5, 10)]
    // The log was cut below what was counted: nothing of what it holds now is.
    [InlineData(21, 10)]
    public void FirstUncounted_CountedOffset_IsWithinTheLogAndNeverTakesACutOneForCounted(long counted, long first) =>
        Assert.Equal(first, new PartitionLog(Partition: 0, Low: 10, High: 20).FirstUncounted(counted));
}
