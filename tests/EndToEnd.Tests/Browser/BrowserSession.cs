using Microsoft.Playwright;

namespace CloudNative.EndToEnd.Tests.Browser;

/// <summary>Chromium with one page of the admin UI.</summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    /// <summary>Far more than anything takes: a test fails because of what a page shows, not because a machine is busy.</summary>
    private const int TimeoutMs = 60_000;

    private static readonly string Chromium = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private BrowserSession(IPlaywright playwright, IBrowser browser, IPage page) => (_playwright, _browser, Page) = (playwright, browser, page);

    public IPage Page { get; }

    public static async Task<BrowserSession> OpenAsync(Uri address)
    {
        Assertions.SetDefaultExpectTimeout(TimeoutMs);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = Arguments });
        var page = await browser.NewPageAsync();
        page.SetDefaultTimeout(TimeoutMs);
        await page.GotoAsync(address.ToString());
        return new BrowserSession(playwright, browser, page);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
