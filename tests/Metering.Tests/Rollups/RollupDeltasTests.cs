using CloudNative.Metering.Rollups;

namespace CloudNative.Metering.Tests.Rollups;

public sealed class RollupDeltasTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Ulid Meter = Ulid.NewUlid();

    [Fact]
    public void Add_SameSeriesAndMinute_IsOneRowWithTheExactSum()
    {
        var deltas = new RollupDeltas();
        deltas.Add(new Contribution(Meter, "acme", ["a"], 0.1m), Noon.AddSeconds(1));
        deltas.Add(new Contribution(Meter, "acme", ["a"], 0.2m), Noon.AddSeconds(59));
        var row = Assert.Single(deltas.Rows);
        Assert.Equal((Noon, 2, 0.3m), (row.Minute, row.Events, row.Total));
        Assert.Single(deltas.Series);
    }

    [Fact]
    public void Add_OtherMinuteSubjectOrDimension_IsAnotherRow()
    {
        var deltas = new RollupDeltas();
        deltas.Add(new Contribution(Meter, "acme", ["a"], 1), Noon);
        deltas.Add(new Contribution(Meter, "acme", ["a"], 1), Noon.AddMinutes(1));
        deltas.Add(new Contribution(Meter, "acme", ["b"], 1), Noon);
        deltas.Add(new Contribution(Meter, "other", ["a"], 1), Noon);
        Assert.Equal(4, deltas.Rows.Count);
        Assert.Equal(3, deltas.Series.Count);
    }

    [Fact]
    public void Add_SumThatDecimalWouldRound_StaysInTwoRows()
    {
        var deltas = new RollupDeltas();
        deltas.Add(new Contribution(Meter, "acme", [], 9_999_999_999_999_999_999_999_999_999m), Noon);
        deltas.Add(new Contribution(Meter, "acme", [], 0.0000000000000000000000000001m), Noon);
        Assert.Equal(2, deltas.Rows.Count);
        Assert.Equal(2, deltas.Rows.Sum(row => row.Events));
    }

    [Fact]
    public void Add_Count_HasNoTotal()
    {
        var deltas = new RollupDeltas();
        deltas.Add(new Contribution(Meter, "acme", [], null), Noon);
        deltas.Add(new Contribution(Meter, "acme", [], null), Noon);
        var row = Assert.Single(deltas.Rows);
        Assert.Equal((2, null), (row.Events, row.Total));
    }
}
