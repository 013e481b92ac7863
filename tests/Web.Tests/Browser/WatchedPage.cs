using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace CloudNative.Web.Tests.Browser;

/// <summary>A page in a profile of its own that notes every console error, failed request and request to another host.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    /// <summary>A folder for screenshots to look at; none are taken without it.</summary>
    private const string ScreenshotFolder = "WEB_SCREENSHOTS";

    /// <summary>Far more than anything takes: a test fails because of what a page shows, not because a machine is busy.</summary>
    private const int TimeoutMs = 60_000;
    private const int TallestShot = 2200;

    /// <summary>A document that had a title has one at every moment: a console error, and so a fault, where it has none.</summary>
    private const string TitleWatch = """
        {
          let titled = false;
          new MutationObserver(() => {
            if (titled && !document.title) console.error("The document has lost its title.");
            titled = document.title !== "";
          }).observe(document, { childList: true, subtree: true, characterData: true });
        }
        """;

    /// <summary>What is half faded in has too little contrast; what moves for ever is as it is.</summary>
    private const string ComeToRest = """
        () => Promise.allSettled(document.getAnimations()
          .filter(it => it.playState === "running" && it.effect.getComputedTiming().endTime !== Infinity)
          .map(it => it.finished)).then(() => null)
        """;

    private readonly IBrowserContext _context;
    private readonly List<string> _faults = [];

    private WatchedPage(IBrowserContext context, IPage page, string url)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            // A document that is 404 is what the not-found page is for.
            var ofDocument = message.Text.Contains("404", StringComparison.Ordinal) && message.Location.StartsWith(page.Url, StringComparison.Ordinal);
            if (message.Type is "error" or "warning" && !ofDocument)
                _faults.Add($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => _faults.Add($"exception: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(url, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                _faults.Add($"request to another host: {request.Url}");
        };
        page.RequestFailed += (_, request) => _faults.Add($"failed: {request.Url} {request.Failure}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 400 && !response.Request.IsNavigationRequest)
                _faults.Add($"{response.Status}: {response.Url}");
        };
    }

    public IPage Page { get; }

    public IReadOnlyList<string> Faults => _faults;

    public static async Task<WatchedPage> OpenAsync(IBrowser browser, string url, string path, View view)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = view.Width, Height = view.Width < 600 ? 860 : 800 },
            ColorScheme = view.System,
            BaseURL = url,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        if (view.Theme is not null)
            await context.AddCookiesAsync([new Cookie { Name = "theme", Value = view.Theme, Url = url }]);
        context.SetDefaultTimeout(TimeoutMs);
        Assertions.SetDefaultExpectTimeout(TimeoutMs);
        await context.AddInitScriptAsync(TitleWatch);
        var page = await context.NewPageAsync();
        var watched = new WatchedPage(context, page, url);
        await page.GotoAsync(path);
        return watched;
    }

    /// <summary>How many pixels the page is wider than the window.</summary>
    public Task<int> OverflowAsync() =>
        Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>axe finds nothing against WCAG or its own best practices.</summary>
    public async Task AssertAccessibleAsync()
    {
        await Page.EvaluateAsync(ComeToRest);
        var axe = await Page.RunAxe();
        Assert.True(axe.Violations.Length == 0, string.Join("\n", axe.Violations.Select(Describe)));
    }

    public async Task ShootAsync(string name)
    {
        if (Environment.GetEnvironmentVariable(ScreenshotFolder) is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png"), FullPage = await HeightAsync() < TallestShot });
    }

    private static string Describe(AxeResultItem violation) =>
        $"{violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}";

    private Task<int> HeightAsync() => Page.EvaluateAsync<int>("document.documentElement.scrollHeight");

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
