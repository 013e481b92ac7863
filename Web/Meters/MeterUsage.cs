using CloudNative.Web.Api;
using CloudNative.Web.Charts;

namespace CloudNative.Web.Meters;

/// <summary>Everything the page shows of a meter, loaded together and of one view: figures of two never stand side by side.</summary>
/// <param name="Meter">Its definition.</param>
/// <param name="View">What was asked for.</param>
/// <param name="Total">Over the whole range; <c>no</c> where there is none.</param>
/// <param name="Totals">One row a group, over the whole range.</param>
/// <param name="Rows">One a window and group, newest window first.</param>
/// <param name="Chart">The groups' names and colours.</param>
/// <param name="Data">What is drawn.</param>
/// <param name="Backfill">How far it has counted what was stored before it; null once that is all.</param>
internal sealed record MeterUsage(
    Meter Meter,
    MeterView View,
    string Total,
    IReadOnlyList<UsageRow> Totals,
    IReadOnlyList<UsageRow> Rows,
    UsageChart Chart,
    ChartData Data,
    Backfill? Backfill)
{
    public static async Task<MeterUsage> LoadAsync(
        MeteringApi api, string slug, MeterView view, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (from, to) = view.Bounds(now);
        var whole = new UsageQuery(from, to, null) { Subject = view.Subject };
        var windows = whole with { Window = view.Window, GroupBy = view.GroupBy };
        var meter = api.GetMeterAsync(slug, cancellationToken);
        var rows = api.QueryMeterAsync(slug, windows, cancellationToken);
        var totals = api.QueryMeterAsync(slug, whole with { GroupBy = view.GroupBy }, cancellationToken);
        var total = view.GroupBy is null ? totals : api.QueryMeterAsync(slug, whole, cancellationToken);
        await Task.WhenAll(meter, rows, totals, total);

        var chart = new UsageChart(view.GroupBy, (await totals).Data, (await meter).AddsUp);
        return new MeterUsage(
            await meter,
            view,
            (await total).Data is [var figure, ..] ? figure.Value.ToString() : (await meter).StartsAtZero ? "0" : "no",
            (await totals).Data,
            [.. (await rows).Data.OrderByDescending(row => row.WindowStart).ThenBy(row => row.Group(view.GroupBy), StringComparer.Ordinal)],
            chart,
            chart.Draw((await meter).Unit, view.Window, TimeWindows.Between(from, to, view.Window), (await rows).Data),
            (await total).Incomplete ? await api.GetBackfillAsync(slug, cancellationToken) : null);
    }
}
