using CloudNative.Web.Api;
using CloudNative.Web.Charts;
using CloudNative.Web.Live;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Meters;

public sealed partial class MeterPage
{
    private LivePage? _page;
    private MeterView _view = new();
    private (string Slug, MeterView View)? _shown;
    private Meter? _meter;
    private UsageChart _chart = new(null, []);
    private ChartData _data = new("", WindowSize.Hour, [], []);
    private IReadOnlyList<UsageRow> _rows = [];
    private IReadOnlyList<UsageRow> _totals = [];
    private string _total = "";

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Parameter]
    public string Slug { get; set; } = "";

    [SupplyParameterFromQuery]
    private string? Range { get; set; }

    [SupplyParameterFromQuery]
    private string? Window { get; set; }

    [SupplyParameterFromQuery]
    private string? By { get; set; }

    [SupplyParameterFromQuery]
    private string? Subject { get; set; }

    [SupplyParameterFromQuery]
    private string? First { get; set; }

    [SupplyParameterFromQuery]
    private string? Last { get; set; }

    protected override void OnParametersSet()
    {
        _view = MeterView.Parse(Range, Window, By, Subject, (First, Last));
        if (_shown is { } shown && shown != (Slug, _view))
            _page?.Reload();
        _shown = (Slug, _view);
    }

    private void Show(MeterView view) => Navigation.NavigateTo(view.AddressOf(Slug), replace: true);

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var view = _view;
        var (from, to) = view.Bounds(Time.GetUtcNow());
        var whole = new UsageQuery(from, to, null) { Subject = view.Subject };
        var windows = whole with { Window = view.Window, GroupBy = view.GroupBy };
        var meter = Api.GetMeterAsync(Slug, cancellationToken);
        var rows = Api.QueryMeterAsync(Slug, windows, cancellationToken);
        var totals = Api.QueryMeterAsync(Slug, whole with { GroupBy = view.GroupBy }, cancellationToken);
        var total = view.GroupBy is null ? totals : Api.QueryMeterAsync(Slug, whole, cancellationToken);
        await Task.WhenAll(meter, rows, totals, total);

        (_meter, _totals) = (await meter, await totals);
        _total = await total is [var sum, ..] ? sum.Value.ToString() : "0";
        _chart = new UsageChart(view.GroupBy, _totals);
        _rows = [.. (await rows).OrderByDescending(row => row.WindowStart).ThenBy(row => row.Group(view.GroupBy), StringComparer.Ordinal)];
        _data = _chart.Draw(_meter.Unit, view.Window, TimeWindows.Between(from, to, view.Window), _rows);
    }
}
