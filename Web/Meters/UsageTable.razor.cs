using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Meters;

/// <summary>The exact figures behind the chart, newest window first.</summary>
public sealed partial class UsageTable
{
    private const int PageSize = 100;
    private int _page = 1;

    /// <summary>Newest first.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<UsageRow> Rows { get; set; } = [];

    [Parameter, EditorRequired]
    public WindowSize Window { get; set; }

    [Parameter, EditorRequired]
    public string Unit { get; set; } = "";

    [Parameter]
    public string? GroupBy { get; set; }

    /// <summary>The address of exactly the events of a row.</summary>
    [Parameter, EditorRequired]
    public Func<UsageRow, string> EventsOf { get; set; } = null!;

    [CascadingParameter]
    private UsageChart Chart { get; set; } = null!;

    private int PageCount => (Rows.Count + PageSize - 1) / PageSize;

    private string WindowTitle => $"{Window} (UTC)";

    private string TimeFormat => Window == WindowSize.Day ? "ddd yyyy-MM-dd" : "yyyy-MM-dd HH:mm";

    protected override void OnParametersSet() => _page = Math.Clamp(_page, 1, Math.Max(1, PageCount));
}
