using CloudNative.Web.Api;
using CloudNative.Web.Charts;

namespace CloudNative.Web.Meters;

/// <summary>Rows of a meter query as a chart, with the colours by which the tables beside it name the groups.</summary>
internal sealed class UsageChart
{
    private const string RestName = "all others";
    private const string SumName = "usage";
    private readonly string? _dimension;
    private readonly bool _addsUp;
    private readonly Dictionary<string, string> _colours = [];

    /// <param name="dimension">What the rows are grouped by; null: nothing.</param>
    /// <param name="totals">One row a group, over the whole range: the greatest get a colour of their own.</param>
    /// <param name="addsUp">Figures of groups may be stacked; else those without a colour are left out.</param>
    public UsageChart(string? dimension, IEnumerable<UsageRow> totals, bool addsUp = true)
    {
        (_dimension, _addsUp) = (dimension, addsUp);
        var groups = totals.OrderByDescending(row => row.Value.Approximate()).Select(row => row.Group(dimension)).Distinct().ToList();
        var shown = groups.Take(groups.Count > ChartSeries.Colours ? ChartSeries.Colours - 1 : ChartSeries.Colours);

        // By name, not by rank: a group keeps its colour while the figures change.
        foreach (var group in shown.Order(StringComparer.Ordinal))
            _colours[group] = $"{_colours.Count + 1}";
    }

    public string Colour(string group) => _colours.GetValueOrDefault(group, ChartSeries.Rest);

    public string Name(string group) => _dimension is null ? SumName : group.Length == 0 ? "(none)" : group;

    public ChartData Draw(string unit, WindowSize window, IReadOnlyList<DateTimeOffset> starts, IReadOnlyList<UsageRow> rows)
    {
        var series = _colours.Select(group => new ChartSeries(
            Name(group.Key), group.Value, Points(starts, rows.Where(row => row.Group(_dimension) == group.Key), exact: true))).ToList();
        var rest = rows.Where(row => !_colours.ContainsKey(row.Group(_dimension))).ToList();
        if (rest.Count > 0 && _addsUp)
            series.Add(new ChartSeries(RestName, ChartSeries.Rest, Points(starts, rest, exact: false)));
        return new ChartData(unit, window, starts, series, _addsUp);
    }

    private static IReadOnlyList<ChartPoint?> Points(IReadOnlyList<DateTimeOffset> starts, IEnumerable<UsageRow> rows, bool exact)
    {
        var byStart = rows.ToLookup(row => row.WindowStart);
        return [.. starts.Select(start => byStart.Contains(start) ? Point([.. byStart[start]], exact) : null)];
    }

    private static ChartPoint Point(UsageRow[] rows, bool exact)
    {
        var value = rows.Sum(row => row.Value.Approximate());
        return new ChartPoint(value, exact ? rows[0].Value.ToString() : $"≈ {value:N0}");
    }
}
