using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Tests.Harness;

public sealed class CaseResultTests
{
    [Fact]
    public void Ratio_OfThreeRounds_IsThatOfTheMedians()
    {
        var result = new CaseResult(new Series("a", "", [10, 40, 20]), new Series("b", "", [100, 100, 50]), null);

        Assert.Equal(0.2, result.Ratio);
        Assert.Equal((0.1, 0.4), result.Spread);
    }

    [Theory]
    [InlineData(0.34, true)]
    [InlineData(0.35, false)]
    [InlineData(double.NaN, true)]
    public void MissesFloor_AtLeast_BelowIt(double ratio, bool expected) =>
        Assert.Equal(expected, Result(ratio, Bound.AtLeast(0.35, 0.65)).MissesFloor);

    [Theory]
    [InlineData(3.0, false)]
    [InlineData(3.1, true)]
    public void MissesFloor_AtMost_AboveIt(double ratio, bool expected) => Assert.Equal(expected, Result(ratio, Bound.AtMost(3, 1.5)).MissesFloor);

    [Theory]
    [InlineData(1, false)]
    [InlineData(0.999999, true)]
    [InlineData(1.000001, true)]
    public void MissesFloor_Exactly_BesideIt(double ratio, bool expected) => Assert.Equal(expected, Result(ratio, Bound.Exactly(1)).MissesFloor);

    [Fact]
    public void MissesFloor_WithoutFloor_Never() => Assert.False(Result(100, Bound.AtMost(null, 1)).MissesFloor);

    [Theory]
    [InlineData(50, 2.5)]
    [InlineData(95, 4)]
    [InlineData(99, 4)]
    [InlineData(1, 1)]
    public void Percentile_OfFour_IsAValueOfThem(double percent, double expected) => Assert.Equal(expected, Percentile.Of([4, 1, 3, 2], percent));

    private static CaseResult Result(double ratio, Bound bound) => new(new Series("a", "", [ratio]), null, bound);
}
