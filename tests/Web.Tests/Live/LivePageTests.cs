using System.Diagnostics;
using System.Net;
using Bunit;
using CloudNative.Web.Api;
using CloudNative.Web.Live;

namespace CloudNative.Web.Tests.Live;

public sealed class LivePageTests : WebContext
{
    private int _loads;
    private Func<CancellationToken, Task> _load = _ => Task.CompletedTask;

    [Fact]
    public async Task Render_FirstLoadRunning_ShowsThatItLoads()
    {
        _load = token => Task.Delay(Timeout.Infinite, token);

        var page = Page();

        await UntilAsync(() => _loads == 1, "the first load");
        Assert.Equal("Loading", page.Find(".state").TextContent);
        Assert.Equal("true", page.Find("[aria-label=Loading]").GetAttribute("aria-busy"));
        Assert.Empty(page.FindAll(".content"));
    }

    [Fact]
    public async Task Render_Loaded_ShowsTheContentAndLoadsAgain()
    {
        var page = Page();

        await UntilAsync(() => page.FindAll(".content").Count == 1, "the content");
        Assert.Equal("Live", page.Find(".state").TextContent);
        Assert.Equal("The title", page.Find("h1").TextContent);
        await RefreshUntilAsync(() => _loads >= 3, "two more loads");
    }

    [Fact]
    public async Task Render_FirstLoadFailed_SaysWhyAndTriesAgain()
    {
        _load = _ => throw new ApiException("The API can't be reached.", new HttpRequestException());

        var page = Page();

        await UntilAsync(() => page.FindAll("[role=alert]").Count == 1, "the error");
        Assert.Contains("The API can't be reached.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".content"));

        _load = _ => Task.CompletedTask;
        await RefreshUntilAsync(() => page.FindAll(".content").Count == 1, "the content");
        Assert.Empty(page.FindAll("[role=alert]"));
    }

    [Fact]
    public async Task Render_LaterLoadFailed_KeepsTheContentAndSaysHowOldItIs()
    {
        var page = Page();
        await UntilAsync(() => page.FindAll(".content").Count == 1, "the content");

        _load = _ => throw new ApiException(HttpStatusCode.ServiceUnavailable, new Problem(null, "Database away.", null));
        await RefreshUntilAsync(() => page.FindAll("[role=alert]").Count == 1, "the error");

        Assert.Contains("Database away. The figures below are of 06:30:15 UTC.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Single(page.FindAll(".content"));
        Assert.Equal("Offline", page.Find(".state").TextContent);
    }

    [Fact]
    public async Task Render_NotFound_ShowsThatInsteadOfThePage()
    {
        _load = _ => throw new ApiException(HttpStatusCode.NotFound, null);

        var page = Page();

        await UntilAsync(() => page.FindAll(".nothing").Count == 1, "the not-found text");
        Assert.Empty(page.FindAll("[role=alert]"));
        Assert.Equal("Unknown", page.Find(".state").TextContent);
    }

    [Fact]
    public async Task Paused_TimePasses_LoadsNothingUntilResumed()
    {
        var page = Page();
        await UntilAsync(() => page.FindAll(".content").Count == 1, "the content");
        page.Render(parameters => parameters.Add(x => x.Paused, true));
        Assert.Equal("Paused", page.Find(".state").TextContent);
        // The rest that was under way when it was paused ends without a load.
        await PassAsync();
        var loads = _loads;
        await PassAsync();
        Assert.Equal(loads, _loads);

        page.Render(parameters => parameters.Add(x => x.Paused, false));

        await UntilAsync(() => _loads > loads, "a load after the pause");
    }

    [Fact]
    public async Task Hidden_TimePasses_LoadsNothingUntilSeen()
    {
        var page = Page();
        await UntilAsync(() => page.FindAll(".content").Count == 1, "the content");
        await page.InvokeAsync(() => page.Instance.ShowVisibility(false));
        await PassAsync();
        var loads = _loads;
        await PassAsync();
        Assert.Equal(loads, _loads);

        await page.InvokeAsync(() => page.Instance.ShowVisibility(true));

        await UntilAsync(() => _loads > loads, "a load when it is seen again");
    }

    [Fact]
    public async Task Load_Repeated_IsNotTraced()
    {
        var recorded = new List<bool>();
        _load = _ =>
        {
            recorded.Add(Activity.Current is null || Activity.Current.Recorded);
            return Task.CompletedTask;
        };

        Page();

        await RefreshUntilAsync(() => recorded.Count >= 3, "two repeats");
        Assert.Equal([true, false, false], recorded.Take(3));
    }

    [Fact]
    public async Task Disconnected_TimePasses_LoadsNothingUntilTheBrowserIsBack()
    {
        var page = Page();
        await UntilAsync(() => page.FindAll(".content").Count == 1, "the content");
        await Connection.OnConnectionDownAsync(null!, TestContext.Current.CancellationToken);
        await PassAsync();
        var loads = _loads;
        await PassAsync();
        Assert.Equal(loads, _loads);

        await Connection.OnConnectionUpAsync(null!, TestContext.Current.CancellationToken);

        await UntilAsync(() => _loads > loads, "a load when the browser is back");
    }

    [Fact]
    public async Task Reload_LoadUnderWay_DropsItAndLoadsAnew()
    {
        var cancelled = 0;
        _load = token => Task.Delay(Timeout.Infinite, token).ContinueWith(
            waited =>
            {
                cancelled++;
                token.ThrowIfCancellationRequested();
            },
            TestContext.Current.CancellationToken,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
        var page = Page();
        await UntilAsync(() => _loads == 1, "the first load");

        _load = _ => Task.CompletedTask;
        await page.InvokeAsync(page.Instance.Reload);

        await UntilAsync(() => page.FindAll(".content").Count == 1, "the second load");
        Assert.Equal((2, 1), (_loads, cancelled));
    }

    [Fact]
    public async Task Dispose_LoadUnderWay_CancelsIt()
    {
        var cancelled = await LoadingAsync();

        await DisposeComponentsAsync();

        await cancelled.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Host_Stopping_CancelsTheLoadAndAsksNoMore()
    {
        var cancelled = await LoadingAsync();

        Host.StopApplication();

        await cancelled.WaitAsync(TestContext.Current.CancellationToken);
        await PassAsync();
        Assert.Equal(1, _loads);
    }

    /// <summary>A page whose first load goes on until it is cancelled, which the task tells.</summary>
    private async Task<Task> LoadingAsync()
    {
        var cancelled = new TaskCompletionSource();
        _load = token =>
        {
            token.Register(cancelled.SetResult);
            return Task.Delay(Timeout.Infinite, token);
        };
        Page();
        await UntilAsync(() => _loads == 1, "the first load");
        return cancelled.Task;
    }

    private IRenderedComponent<LivePage> Page() => Render<LivePage>(parameters => parameters
        .Add(page => page.Title, "The title")
        .Add(page => page.Load, LoadAsync)
        .Add(page => page.NotFound, """<p class="nothing">Nothing here</p>""")
        .AddChildContent("""<p class="content">Content</p>"""));

    private Task LoadAsync(CancellationToken cancellationToken)
    {
        _loads++;
        return _load(cancellationToken);
    }
}
