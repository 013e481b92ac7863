using CloudNative.Metering.Segments;

namespace CloudNative.Metering.Tests.Segments;

public sealed class KeyFilterTests
{
    private const int Keys = 100_000;

    [Fact]
    public void MayContain_EveryAddedKey_IsTrueAlsoAfterStorage()
    {
        var keys = RandomKeys(1);
        var filter = Filled(keys);
        Assert.All(keys, key => Assert.True(filter.MayContain(key)));
        Assert.All(keys, key => Assert.True(new KeyFilter(filter.Bytes).MayContain(key)));
    }

    [Fact]
    public void MayContain_ForeignKeys_LetsFewerThanOnePercentThrough()
    {
        var filter = Filled(RandomKeys(1));
        Assert.InRange(RandomKeys(2).Count(filter.MayContain), 1, Keys / 100);
    }

    [Fact]
    public void MayContain_OfNoKeys_IsFalse() => Assert.False(KeyFilter.For(0).MayContain(Guid.NewGuid()));

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    public void New_BytesThatAreNoFilter_Throws(int length) => Assert.ThrowsAny<ArgumentException>(() => new KeyFilter(new byte[length]));

    private static KeyFilter Filled(Guid[] keys)
    {
        var filter = KeyFilter.For(keys.Length);
        Array.ForEach(keys, filter.Add);
        return filter;
    }

    private static Guid[] RandomKeys(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[16];
        return [.. Enumerable.Range(0, Keys).Select(_ =>
        {
            random.NextBytes(bytes);
            return new Guid(bytes);
        })];
    }
}
