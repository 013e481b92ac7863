using CloudNative.Web.Tests.Fakes;

namespace CloudNative.Web.Tests.Browser;

[Collection(BrowserTests.Name)]
public sealed class PageTests(BrowserFixture browser)
{
    private static readonly (string Name, string Path, string Ready)[] Pages =
    [
        ("home", "/", "canvas[data-drawn]"),
        ("meters", "/meters", "text=cost_usd"),
        ("meter", "/meters/tokens_total?range=week&window=day&by=model", "canvas[data-drawn]"),
        ("meter-subjects", "/meters/cost_usd?range=day&by=subject", "canvas[data-drawn]"),
        ("meter-filling", $"/meters/{FakeQuery.FillingMeter}?range=week", "text=1,240,000 of about 3,000,000 looked at"),
        ("meter-hour", "/meters/requests_total?range=hour", "canvas[data-drawn]"),
        ("meter-unknown", "/meters/nothing", "text=There is no meter nothing"),
        ("events", "/events", "text=ai.completion >> nth=0"),
        ("events-none", "/events?subject=nobody", "text=No event matches"),
        ("events-of-figure", "/events?meter=tokens_total&from=2026-11-24T06:00:00Z&to=2026-11-24T07:00:00Z&dimension=model&value=gpt-4o", "text=Their values make up"),
        ("dead-letters", "/dead-letters", "text=type: Is required."),
        ("ledger", "/ledger?range=day", "text=24 hours agree"),
        ("api-keys", "/api-keys", "text=billing >> nth=0"),
        ("error", "/error", "text=Something went wrong"),
        ("not-found", "/nowhere", "text=There is no such page"),
    ];

    public static TheoryData<string, string, int> Views => new(
        from page in Pages from theme in new[] { "light", "dark" } from width in new[] { 1280, 400 } select (page.Name, theme, width));

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Page_AnyThemeAndWidth_FitsIsAccessibleAndAsksNoOtherHost(string name, string theme, int width)
    {
        var (_, path, ready) = Pages.Single(page => page.Name == name);
        await using var watched = await browser.OpenAsync(path, new View(width, theme));
        await watched.Page.Locator(ready).First.WaitForAsync();

        Assert.Equal(0, await watched.OverflowAsync());
        await watched.ShootAsync($"{name}-{theme}-{width}");
        await watched.AssertAccessibleAsync();
        Assert.Empty(watched.Faults);
        Assert.Equal(theme, await watched.Page.Locator("html").GetAttributeAsync("data-theme"));
    }
}
