using CloudNative.Web.Tests.Fakes;
using Microsoft.Playwright;

namespace CloudNative.Web.Tests.Browser;

[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<BrowserFixture>
{
    public const string Name = "browser";
}

/// <summary>Chromium, the real Web program and the fake API behind it, started once for all browser tests.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{

    private static readonly string Chromium = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private WebProcess? _web;

    internal FakeApi Api { get; private set; } = null!;

    internal string Url { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Api = await FakeApi.StartAsync(CancellationToken.None);
        _web = WebProcess.Start(WebProcess.Environment(Api));
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = Arguments });
        Url = await _web.UrlAsync(CancellationToken.None);
    }

    internal async Task<WatchedPage> OpenAsync(string path, View view) => await WatchedPage.OpenAsync(_browser!, Url, path, view);

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_web is not null)
            await _web.DisposeAsync();
        await Api.DisposeAsync();
    }
}

/// <summary>How a page is looked at.</summary>
/// <param name="Width">Of the window, in pixels.</param>
/// <param name="Theme"><c>light</c> or <c>dark</c>, as the cookie says; null: no cookie.</param>
/// <param name="System">What the operating system prefers.</param>
internal sealed record View(int Width, string? Theme, ColorScheme System = ColorScheme.Light)
{
    public static View Laptop { get; } = new(1280, "light");
}
