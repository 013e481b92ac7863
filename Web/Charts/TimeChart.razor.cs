using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CloudNative.Web.Charts;

/// <summary>A chart over time, drawn by Chart.js; a table beside it has the exact figures for everybody.</summary>
public sealed partial class TimeChart : IAsyncDisposable
{
    private const string Module = "./Charts/TimeChart.razor.js";

    private ElementReference _canvas;
    private IJSObjectReference? _chart;
    private string? _drawn;
    private bool _closed;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Parameter, EditorRequired]
    public ChartData Data { get; set; } = null!;

    /// <summary>What the chart shows, for those who can't see it.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        await RemoveAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await using var module = await Js.InvokeAsync<IJSObjectReference>("import", Module);
            _chart = await module.InvokeAsync<IJSObjectReference>("create", _canvas);
        }
        if (_closed)
            await RemoveAsync();
        else
            await DrawAsync();
    }

    /// <summary>Most refreshes change nothing: only what changed goes to the browser.</summary>
    private async Task DrawAsync()
    {
        var json = JsonSerializer.Serialize(Data, JsonSerializerOptions.Web);
        if (_chart is null || json == _drawn)
            return;
        _drawn = json;
        await _chart.InvokeVoidAsync("draw", json);
    }

    private async Task RemoveAsync()
    {
        try
        {
            if (_chart is not null)
            {
                await _chart.InvokeVoidAsync("remove");
                await _chart.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its chart with it.
        }
    }
}
