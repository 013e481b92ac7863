using System.Diagnostics;
using System.Globalization;
using System.Net;
using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CloudNative.Web.Live;

/// <summary>
/// A page that keeps itself current: it loads when shown and then a few times a second while someone can see it, says when it could not,
/// and keeps the last figures meanwhile.
/// </summary>
public sealed partial class LivePage : IAsyncDisposable
{
    private const string Module = "./Live/LivePage.razor.js";

    /// <summary>What was posted must be seen within a second, on a busy machine too: the rest is left for the way through the pipeline.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>A slow answer is asked for more rarely: the API spends at most this share of its time on one open page.</summary>
    private const double MaxShare = 0.25;

    private CancellationTokenSource _closed = null!;
    private CancellationTokenSource? _loading;
    private TaskCompletionSource _wake = new();
    private DotNetObjectReference<LivePage>? _self;
    private IJSObjectReference? _watch;
    private bool _hidden;
    private bool _missing;
    private bool _wasPaused;
    private string? _error;
    private DateTimeOffset? _loadedAt;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private IHostApplicationLifetime Host { get; set; } = null!;

    [Inject]
    private CircuitConnection Connection { get; set; } = null!;

    /// <summary>Text only: it is the document's title too.</summary>
    [Parameter, EditorRequired]
    public RenderFragment? Title { get; set; }

    /// <summary>Loads everything the page shows; an <c>ApiException</c> is shown and the load tried again.</summary>
    [Parameter, EditorRequired]
    public Func<CancellationToken, Task> Load { get; set; } = null!;

    /// <summary>While true the page shows what it has.</summary>
    [Parameter]
    public bool Paused { get; set; }

    [Parameter]
    public RenderFragment? Subtitle { get; set; }

    [Parameter]
    public RenderFragment? Actions { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    /// <summary>Shown instead of the page when the API answers 404.</summary>
    [Parameter]
    public RenderFragment? NotFound { get; set; }

    private string? Age => _loadedAt is { } at ? $"The figures below are of {at.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC." : null;

    private bool Asleep => Paused || _hidden || Connection.IsDown;

    private string State => _missing ? "Unknown" : _error is not null ? "Offline" : Paused ? "Paused" : _loadedAt is null ? "Loading" : "Live";

    /// <summary>Loads again now, e.g. because a filter changed; a load under way is of the old filter and dropped.</summary>
    public void Reload()
    {
        _loading?.Cancel();
        _wake.TrySetResult();
    }

    [JSInvokable]
    public void ShowVisibility(bool visible)
    {
        _hidden = !visible;
        if (visible)
            _wake.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Connection.CameBack -= Wake;
        await _closed.CancelAsync();
        _closed.Dispose();
        try
        {
            if (_watch is not null)
            {
                await _watch.InvokeVoidAsync("stop");
                await _watch.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its listener with it.
        }
        _self?.Dispose();
    }

    /// <summary>An open page ends its loads with the process too, before what they need is gone.</summary>
    protected override void OnInitialized()
    {
        _closed = CancellationTokenSource.CreateLinkedTokenSource(Host.ApplicationStopping);
        Connection.CameBack += Wake;
    }

    protected override void OnParametersSet()
    {
        if (_wasPaused && !Paused)
            _wake.TrySetResult();
        _wasPaused = Paused;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        _ = RunAsync(_closed.Token);
        _self = DotNetObjectReference.Create(this);
        await using var module = await Js.InvokeAsync<IJSObjectReference>("import", _closed.Token, Module);
        _watch = await module.InvokeAsync<IJSObjectReference>("watch", _closed.Token, _self);
    }

    private void Wake() => _ = InvokeAsync(() => _wake.TrySetResult());

    private async Task RunAsync(CancellationToken closed)
    {
        try
        {
            while (true)
            {
                var started = Time.GetTimestamp();
                if (await LoadOnceAsync(closed))
                    await RestAsync(Time.GetElapsedTime(started), closed);
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    /// <returns>False when the load was dropped for a newer one.</returns>
    private async Task<bool> LoadOnceAsync(CancellationToken closed)
    {
        using var loading = _loading = CancellationTokenSource.CreateLinkedTokenSource(closed);
        using var refresh = _loadedAt is null ? null : Unrecorded();
        try
        {
            await Load(loading.Token);
            (_error, _missing, _loadedAt) = (null, false, Time.GetUtcNow());
        }
        catch (ApiException e)
        {
            (_error, _missing) = (e.Message, e.Status == HttpStatusCode.NotFound);
        }
        catch (OperationCanceledException) when (!closed.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            _loading = null;
        }
        StateHasChanged();
        return true;
    }

    /// <summary>Every repeat as a trace would bury those of events: a page's first load is traced, its repeats are not.</summary>
    private static Activity Unrecorded() => new Activity("refresh")
        .SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None)
        .Start();

    private async Task RestAsync(TimeSpan took, CancellationToken closed)
    {
        var pause = TimeSpan.FromTicks(Math.Max(Interval.Ticks, (long)(took.Ticks / MaxShare)));
        do
        {
            _wake = new TaskCompletionSource();
            using var rest = CancellationTokenSource.CreateLinkedTokenSource(closed);
            await Task.WhenAny(Task.Delay(Asleep ? Timeout.InfiniteTimeSpan : pause, Time, rest.Token), _wake.Task);
            await rest.CancelAsync();
            closed.ThrowIfCancellationRequested();
        }
        while (Asleep && !_wake.Task.IsCompleted);
    }
}
