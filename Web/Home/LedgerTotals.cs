using System.Globalization;
using CloudNative.Web.Api;
using CloudNative.Web.Charts;

namespace CloudNative.Web.Home;

/// <summary>The ledger as figures and as a chart.</summary>
internal static class LedgerTotals
{
    /// <summary>Everything received is one of the others.</summary>
    public static IReadOnlyList<Tile> Tiles { get; } =
    [
        new("Received", null, row => row.Received),
        new("Counted", "1", row => row.Counted),
        new("Duplicates", "2", row => row.Duplicates),
        new("Unmatched", "3", row => row.Unmatched),
        new("Dead letters", "5", row => row.DeadLettered),
    ];

    public static string Sum(IReadOnlyList<LedgerRow> rows, Tile tile) => Text(rows.Sum(tile.Count));

    public static ChartData Chart(IReadOnlyList<LedgerRow> rows, DateTimeOffset from, DateTimeOffset to)
    {
        var starts = TimeWindows.Between(from, to, WindowSize.Minute);
        var byStart = rows.ToDictionary(row => row.WindowStart);
        var series = Tiles.Where(tile => tile.Colour is not null).Select(tile => new ChartSeries(
            tile.Name, tile.Colour!, [.. starts.Select(start => byStart.TryGetValue(start, out var row) ? Point(tile.Count(row)) : null)]));
        return new ChartData("events", WindowSize.Minute, starts, [.. series]);
    }

    private static ChartPoint? Point(long count) => count == 0 ? null : new ChartPoint(count, Text(count));

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <param name="Name">For people.</param>
    /// <param name="Colour">Its colour of the chart; null for the sum of the others, which is not drawn.</param>
    /// <param name="Count">Its figure of a row.</param>
    internal sealed record Tile(string Name, string? Colour, Func<LedgerRow, long> Count);
}
