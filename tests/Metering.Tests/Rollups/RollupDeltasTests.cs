using CloudNative.Metering.Meters;
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
        deltas.Add(new Contribution(Meter, Aggregation.Sum, "acme", ["a"], 0.1m), At(Noon.AddSeconds(1)));
        deltas.Add(new Contribution(Meter, Aggregation.Sum, "acme", ["a"], 0.2m), At(Noon.AddSeconds(59)));
        var row = Assert.Single(deltas.Rows);
        Assert.Equal((Noon, 2, 0.3m), (row.Minute, row.Events, row.Total));
        Assert.Single(deltas.Series);
    }

    [Fact]
    public void Add_OtherMinuteSubjectOrDimension_IsAnotherRow()
    {
        var deltas = new RollupDeltas();
        deltas.Add(new Contribution(Meter, Aggregation.Sum, "acme", ["a"], 1), At(Noon));
        deltas.Add(new Contribution(Meter, Aggregation.Sum, "acme", ["a"], 1), At(Noon.AddMinutes(1)));
        deltas.Add(new Contribution(Meter, Aggregation.Sum, "acme", ["b"], 1), At(Noon));
        deltas.Add(new Contribution(Meter, Aggregation.Sum, "other", ["a"], 1), At(Noon));
        Assert.Equal(4, deltas.Rows.Count);
        Assert.Equal(3, deltas.Series.Count);
    }

    [Fact]
    public void Add_SumThatDecimalWouldRound_StaysInTwoRows()
    {
        var deltas = new RollupDeltas();
        deltas.Add(new Contribution(Meter, Aggregation.Sum, "acme", [], 9_999_999_999_999_999_999_999_999_999m), At(Noon));
        deltas.Add(new Contribution(Meter, Aggregation.Sum, "acme", [], 0.0000000000000000000000000001m), At(Noon));
        Assert.Equal(2, deltas.Rows.Count);
        Assert.Equal(2, deltas.Rows.Sum(row => row.Events));
    }

    [Fact]
    public void Add_Count_HasNoTotal()
    {
        var deltas = new RollupDeltas();
        deltas.Add(new Contribution(Meter, Aggregation.Count, "acme", [], null), At(Noon));
        deltas.Add(new Contribution(Meter, Aggregation.Count, "acme", [], null), At(Noon));
        var row = Assert.Single(deltas.Rows);
        Assert.Equal((2, null), (row.Events, row.Total));
    }

    [Theory]
    [InlineData(Aggregation.Min, "-1", "lowest")]
    [InlineData(Aggregation.Max, "3", "highest")]
    [InlineData(Aggregation.Latest, "2", "latest")]
    public void Add_MeterThatPicks_KeepsTheOneValueAndCountsAll(Aggregation aggregation, string value, string figure)
    {
        var deltas = new RollupDeltas();
        foreach (var (number, order) in ((decimal, EventOrder)[])[(3, At(Noon)), (2, At(Noon.AddSeconds(2), offset: 1)), (-1, At(Noon.AddSeconds(2)))])
            deltas.Add(new Contribution(Meter, aggregation, "acme", [], number), order);

        var row = Assert.Single(deltas.Picked);

        Assert.Empty(deltas.Sums);
        Assert.Equal((3, null), (row.Events, row.Total));
        (string, decimal?)[] figures = [("lowest", row.Picked!.Lowest), ("highest", row.Picked.Highest), ("latest", row.Picked.Latest?.Value)];
        Assert.Equal((figure, decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture)), Assert.Single(figures, found => found.Item2 is not null));
    }

    [Fact]
    public void Add_TextsOfUniqueCount_AreKeptOnceAMinute()
    {
        var deltas = new RollupDeltas();
        foreach (var text in (string[])["a", "b", "a", "A"])
            deltas.Add(new Contribution(Meter, Aggregation.UniqueCount, "acme", [], null, text), At(Noon));
        deltas.Add(new Contribution(Meter, Aggregation.UniqueCount, "acme", [], null, "a"), At(Noon.AddMinutes(1)));

        Assert.Equal(4, deltas.Distinct.Count);
        Assert.Equal(3, deltas.Distinct.Select(distinct => distinct.Value).Distinct().Count());
        Assert.Equal([4, 1], deltas.Rows.OrderBy(row => row.Minute).Select(row => row.Events));
    }

    private static EventOrder At(DateTimeOffset time, long offset = 0) => new(time, Noon, 1, 0, offset);
}
