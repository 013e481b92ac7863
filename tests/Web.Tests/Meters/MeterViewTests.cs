using CloudNative.Web.Api;
using CloudNative.Web.Meters;

namespace CloudNative.Web.Tests.Meters;

public sealed class MeterViewTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 6, 30, 15, TimeSpan.Zero);

    [Theory]
    [InlineData("/meters/m")]
    [InlineData("/meters/m?range=hour&by=subject")]
    [InlineData("/meters/m?range=week&window=day&by=model&subject=a%26b")]
    [InlineData("/meters/m?range=custom&first=2026-11-01&last=2026-11-05")]
    public void AddressOf_ParsedView_IsTheSameAddress(string address)
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(address.Split('?').ElementAtOrDefault(1));
        string? Value(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;

        var view = MeterView.Parse(Value("range"), Value("window"), Value("by"), Value("subject"), (Value("first"), Value("last")));

        Assert.Equal(address, view.AddressOf("m"));
    }

    [Theory]
    [InlineData("nonsense", null, null)]
    [InlineData("7", null, null)]
    [InlineData("custom", null, null)]
    [InlineData("custom", "2026-11-05", "2026-11-01")]
    [InlineData("custom", "05.11.2026", null)]
    public void Parse_UnusableRange_IsTheLastDay(string range, string? first, string? last)
    {
        var view = MeterView.Parse(range, null, null, null, (first, last));

        Assert.Equal(UsageRange.Day, view.Range);
        Assert.Equal((new DateTimeOffset(2026, 11, 23, 7, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 24, 7, 0, 0, TimeSpan.Zero)), view.Bounds(Now));
    }

    [Theory]
    [InlineData(UsageRange.Hour, WindowSize.Minute, 60)]
    [InlineData(UsageRange.Day, WindowSize.Hour, 24)]
    [InlineData(UsageRange.Week, WindowSize.Hour, 168)]
    [InlineData(UsageRange.Month, WindowSize.Day, 30)]
    public void Bounds_EndingNow_AreWholeWindowsAndHoldNow(UsageRange range, WindowSize window, int count)
    {
        var view = new MeterView { Range = range };
        var (from, to) = view.Bounds(Now);

        Assert.Equal(window, view.Window);
        Assert.Equal(count, Charts.Count(from, to, window));
        Assert.InRange(Now, from, to);
    }

    [Fact]
    public void Bounds_OfDays_HoldBothDays()
    {
        var (from, to) = MeterView.Parse("custom", null, null, null, ("2026-11-01", "2026-11-02")).Bounds(Now);

        Assert.Equal(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), from);
        Assert.Equal(new DateTimeOffset(2026, 11, 3, 0, 0, 0, TimeSpan.Zero), to);
    }

    [Theory]
    [InlineData("2026-11-01", "2026-11-01", new[] { WindowSize.Hour })]
    [InlineData("2026-11-01", "2026-11-10", new[] { WindowSize.Hour, WindowSize.Day })]
    [InlineData("2026-01-01", "2026-11-10", new[] { WindowSize.Day })]
    public void Windows_OfDays_AreAsFineAsAChartCanShow(string first, string last, WindowSize[] windows)
    {
        var view = MeterView.Parse("custom", "minute", null, null, (first, last));

        Assert.Equal(windows, view.Windows);
        Assert.Equal(windows[0], view.Window);
    }

    private static class Charts
    {
        public static int Count(DateTimeOffset from, DateTimeOffset to, WindowSize window) => Web.Charts.TimeWindows.Between(from, to, window).Count;
    }
}
