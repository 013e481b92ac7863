using CloudNative.Web.Api;
using CloudNative.Web.Charts;
using CloudNative.Web.Meters;

namespace CloudNative.Web.Tests.Meters;

public sealed class UsageChartTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Draw_Ungrouped_HasOneSeriesWithGapsInTheirPlace()
    {
        var rows = new[] { Row("1.5", 0), Row("2", 2) };

        var chart = new UsageChart(null, [Row("3.5", 0)]).Draw("tokens", WindowSize.Hour, Starts(3), rows);

        var series = Assert.Single(chart.Series);
        Assert.Equal(["1.5", null, "2"], series.Points.Select(point => point?.Text));
        Assert.False(chart.IsEmpty());
    }

    [Fact]
    public void Draw_NoRows_IsEmpty() => Assert.True(new UsageChart(null, []).Draw("tokens", WindowSize.Hour, Starts(3), []).IsEmpty());

    [Fact]
    public void Draw_MoreGroupsThanColours_PutsTheSmallestTogether()
    {
        var totals = Enumerable.Range(1, 12).Select(n => Row($"{n}", 0, $"s{n:00}")).ToList();

        var chart = new UsageChart("subject", totals);
        var data = chart.Draw("tokens", WindowSize.Hour, Starts(1), totals);

        Assert.Equal(["s06", "s07", "s08", "s09", "s10", "s11", "s12", "all others"], data.Series.Select(series => series.Name));
        Assert.Equal(1 + 2 + 3 + 4 + 5, data.Series[^1].Points[0]!.Value);
        Assert.Equal("≈ 15", data.Series[^1].Points[0]!.Text);
        Assert.Equal((ChartSeries.Rest, "7"), (chart.Colour("s01"), chart.Colour("s12")));
    }

    [Fact]
    public void Draw_FiguresThatDoNotAddUp_AreNotStackedAndTheRestIsLeftOut()
    {
        var totals = Enumerable.Range(1, 12).Select(n => Row($"{n}", 0, $"s{n:00}")).ToList();

        var data = new UsageChart("subject", totals, addsUp: false).Draw("average tokens", WindowSize.Hour, Starts(1), totals);

        Assert.False(data.AddsUp);
        Assert.Equal(["s06", "s07", "s08", "s09", "s10", "s11", "s12"], data.Series.Select(series => series.Name));
    }

    [Fact]
    public void Colour_RankChanges_StaysWithItsGroup()
    {
        var before = new UsageChart("subject", [Row("1", 0, "a"), Row("2", 0, "b")]);
        var after = new UsageChart("subject", [Row("3", 0, "a"), Row("2", 0, "b")]);

        Assert.Equal(before.Colour("a"), after.Colour("a"));
        Assert.NotEqual(after.Colour("a"), after.Colour("b"));
    }

    [Fact]
    public void Name_OfNoValue_SaysSo() => Assert.Equal("(none)", new UsageChart("model", []).Name(""));

    private static UsageRow Row(string value, int hour, string? subject = null) =>
        new(new ExactNumber(value), Start.AddHours(hour), Start.AddHours(hour + 1), subject, null);

    private static IReadOnlyList<DateTimeOffset> Starts(int count) => TimeWindows.Between(Start, Start.AddHours(count), WindowSize.Hour);
}
