using CloudNative.Web.Api;
using CloudNative.Web.Home;

namespace CloudNative.Web.Tests.Home;

public sealed class LedgerTotalsTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);
    private static readonly LedgerRow[] Rows = [new(Start, Start.AddMinutes(1), 1500, 1000, 300, 150, 50), new(Start.AddMinutes(2), Start.AddMinutes(3), 1, 1, 0, 0, 0)];

    [Fact]
    public void Sum_OfEachTile_IsItsColumn() =>
        Assert.Equal(["1,501", "1,001", "300", "150", "50"], LedgerTotals.Tiles.Select(tile => LedgerTotals.Sum(Rows, tile)));

    [Fact]
    public void Chart_OfAnHour_StacksTheOutcomesToWhatWasReceived()
    {
        var chart = LedgerTotals.Chart(Rows, Start, Start.AddHours(1));

        Assert.Equal(60, chart.Starts.Count);
        Assert.Equal(["Counted", "Duplicates", "Unmatched", "Dead letters"], chart.Series.Select(series => series.Name));
        Assert.Equal(1500, chart.Series.Sum(series => series.Points[0]!.Value));
        Assert.All(chart.Series, series => Assert.Null(series.Points[1]));
    }
}
