using CloudNative.Web.Api;

namespace CloudNative.Web.Charts;

/// <summary>A chart over time: stacked bars, or lines where figures do not add up.</summary>
/// <param name="Unit">What the y axis counts, e.g. <c>tokens</c>.</param>
/// <param name="Window">The width of a bar.</param>
/// <param name="Starts">The start of each window, without gaps.</param>
/// <param name="Series">Bottom first; each has one point a window.</param>
/// <param name="AddsUp">The height of a stack means something.</param>
public sealed record ChartData(string Unit, WindowSize Window, IReadOnlyList<DateTimeOffset> Starts, IReadOnlyList<ChartSeries> Series, bool AddsUp = true)
{
    public bool IsEmpty() => Series.All(series => series.Points.All(point => point is null));
}

/// <param name="Name">For the legend and the tooltip.</param>
/// <param name="Colour">A number of the palette (<c>--chart-1</c> …) or <c>rest</c>.</param>
/// <param name="Points">One a window; null where there was nothing.</param>
public sealed record ChartSeries(string Name, string Colour, IReadOnlyList<ChartPoint?> Points)
{
    public const string Rest = "rest";

    /// <summary>How many hues the palette of app.css has.</summary>
    public const int Colours = 8;
}

/// <param name="Value">For its height.</param>
/// <param name="Text">For the tooltip: the exact figure.</param>
public sealed record ChartPoint(double Value, string Text);
