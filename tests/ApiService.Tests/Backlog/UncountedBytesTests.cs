using CloudNative.ApiService.Backlog;

namespace CloudNative.ApiService.Tests.Backlog;

public sealed class UncountedBytesTests
{
    private readonly UncountedBytes _uncounted = new();

    public UncountedBytesTests() => Observe(first: 0, end: 0, recordBytes: 1);

    [Fact]
    public void Observe_RecordsOfOneSize_AreTheirNumberTimesTheirSize()
    {
        Observe(first: 40, end: 100, recordBytes: 10);
        Assert.Equal(600, _uncounted.Bytes);
    }

    [Fact]
    public void Observe_SizesThatChange_PricesEachStretchAsItWasWritten()
    {
        Grow(100, 10);
        Grow(101, 100_000);
        Grow(201, 20);
        Assert.Equal(1_000 + 100_000 + 2_000, _uncounted.Bytes);

        Observe(first: 50, 201, 20);
        Assert.Equal(500 + 100_000 + 2_000, _uncounted.Bytes);
        Observe(first: 101, 201, 20);
        Assert.Equal(2_000, _uncounted.Bytes);
        Observe(first: 201, 201, 20);
        Assert.Equal(0, _uncounted.Bytes);
    }

    [Fact]
    public void Observe_SizeThatIsKnownASecondLater_PricesWhatWasWrittenBefore()
    {
        Observe(0, 100, 1_024);
        Observe(0, 100, 8_000);
        Assert.Equal(800_000, _uncounted.Bytes);
    }

    [Fact]
    public void Observe_MoreStretchesThanAreKept_NeverLooksSmaller()
    {
        var exact = 0.0;
        for (var second = 1; second <= 10 * UncountedBytes.MaxStretches; second++)
        {
            var price = second % 2 == 0 ? 100 : 300;
            exact += 10 * price;
            Observe(0, second * 10, price);
        }

        Assert.InRange(_uncounted.Bytes, exact, 2 * exact);
    }

    [Fact]
    public void Observe_LogThatWasCut_IsPricedAnew()
    {
        Observe(0, 100, 10);
        Observe(0, 50, 20);
        Assert.Equal(1_000, _uncounted.Bytes);
        Observe(0, 60, 20);
        Assert.Equal(1_200, _uncounted.Bytes);
    }

    [Fact]
    public void Observe_LogFromBeforeTheFirstLook_IsPricedWithWhatIsKnownOfAnyRecordNow()
    {
        var uncounted = new UncountedBytes();
        uncounted.Observe(first: 0, end: 100, recordBytes: 10, anyRecordBytes: 10);
        Assert.Equal(1_000, uncounted.Bytes);
        uncounted.Observe(first: 20, end: 110, recordBytes: 80, anyRecordBytes: 50);
        Assert.Equal(80 * 50 + 10 * 80, uncounted.Bytes);
        uncounted.Observe(first: 20, end: 110, recordBytes: 10, anyRecordBytes: 30);
        Assert.Equal(80 * 30 + 10 * 80, uncounted.Bytes);
        uncounted.Observe(first: 105, end: 110, recordBytes: 10, anyRecordBytes: 30);
        Assert.Equal(5 * 80, uncounted.Bytes);
    }

    private void Observe(long first, long end, double recordBytes) => _uncounted.Observe(first, end, recordBytes, anyRecordBytes: recordBytes);

    /// <summary>To the end, and a second in which nothing came.</summary>
    private void Grow(long end, double recordBytes)
    {
        Observe(0, end, recordBytes);
        Observe(0, end, recordBytes);
    }
}
