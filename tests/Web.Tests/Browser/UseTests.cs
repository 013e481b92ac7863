using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CloudNative.Web.Tests.Browser;

/// <summary>What a person does with the pages.</summary>
[Collection(BrowserTests.Name)]
public sealed class UseTests(BrowserFixture browser)
{
    /// <summary>The promise to the user: what was posted is in the browser within a second.</summary>
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);

    private const int Attempts = 3;

    [Theory]
    [InlineData("/events?subject=live-events", "live-events", ".grid .link >> text=live-events")]
    [InlineData("/meters/tokens_total?range=hour&subject=live-meter", "live-meter", ".total >> text=1,234.000000000000000000001")]
    [InlineData("/meters/requests_total?range=hour&by=subject", "live-table", ".grid .link >> text=live-table")]
    public async Task Event_Posted_ShowsWithinASecond(string path, string subject, string shown)
    {
        await ShowsWithinASecondAsync(attempt =>
        {
            string Own(string text) => text.Replace("live-", $"live-{attempt}-", StringComparison.Ordinal);
            return PostAndSeeAsync(Own(path), Own(subject), Own(shown));
        });
    }

    [Fact]
    public async Task Home_EventPosted_CountsWithinASecond()
    {
        await ShowsWithinASecondAsync(async attempt =>
        {
            await using var watched = await browser.OpenAsync("/", View.Laptop);
            var counted = watched.Page.Locator(".tile", new() { HasText = "Counted" }).Locator("b");
            await counted.WaitForAsync();
            var before = await counted.InnerTextAsync();

            var posted = Stopwatch.GetTimestamp();
            browser.Api.Post(Event($"live-home-{attempt}"));
            await counted.And(watched.Page.Locator($":not(:text-is('{before}'))")).WaitForAsync();
            return Stopwatch.GetElapsedTime(posted);
        });
    }

    [Fact]
    public async Task Theme_Switched_StaysAfterReload()
    {
        await using var watched = await browser.OpenAsync("/meters/tokens_total", View.Laptop);
        await watched.Page.Locator("canvas[data-drawn]").WaitForAsync();
        var light = await PixelsAsync(watched.Page);
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Dark theme" }).ClickAsync();
        await Expect(watched.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        Assert.NotEqual(light, await PixelsAsync(watched.Page));

        await watched.Page.ReloadAsync();

        await Expect(watched.Page.GetByRole(AriaRole.Button, new() { Name = "Light theme" })).ToBeVisibleAsync();
        Assert.Equal("dark", await watched.Page.Locator("html").GetAttributeAsync("data-theme"));
        Assert.Empty(watched.Faults);
    }

    [Theory]
    [InlineData(ColorScheme.Dark, "dark")]
    [InlineData(ColorScheme.Light, "light")]
    public async Task FirstVisit_WithoutCookie_FollowsTheSystem(ColorScheme system, string theme)
    {
        await using var watched = await browser.OpenAsync("/meters", new View(1280, null, system));

        await Expect(watched.Page.Locator("html")).ToHaveAttributeAsync("data-theme", theme);
    }

    [Fact]
    public async Task RawEvent_Opened_ShowsTheJsonAndCopiesIt()
    {
        var sent = Event("raw");
        browser.Api.Post(sent);
        await using var watched = await browser.OpenAsync("/events?subject=raw", new View(400, "dark"));
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Raw event" }).First.ClickAsync();
        var json = watched.Page.Locator("pre.json");
        await json.WaitForAsync();
        await watched.ShootAsync("event-raw-dark-400");
        await watched.AssertAccessibleAsync();

        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Copied" }).WaitForAsync();

        var copied = await watched.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.True(JsonNode.DeepEquals(sent, JsonNode.Parse(copied)), copied);
        Assert.Equal(copied, await json.InnerTextAsync());
        Assert.Contains("1234.000000000000000000001", copied, StringComparison.Ordinal);
        Assert.Equal(0, await watched.OverflowAsync());
    }

    [Fact]
    public async Task Subject_Clicked_FiltersAndIsInTheAddress()
    {
        await using var watched = await browser.OpenAsync("/events", View.Laptop);
        await watched.Page.Locator(".grid .link", new() { HasText = "globex" }).First.ClickAsync();

        await Expect(watched.Page.Locator(".grid .link", new() { HasText = "acme" })).ToHaveCountAsync(0);
        await ExpectAddressAsync(watched.Page, "/events?subject=globex");
        await Expect(watched.Page.GetByLabel("Subject")).ToHaveValueAsync("globex");

        await watched.Page.GetByLabel("Type").FillAsync("nothing.like.it");
        await watched.Page.GetByText("No event matches").WaitForAsync();
        await ExpectAddressAsync(watched.Page, "/events?subject=globex&type=nothing.like.it");
    }

    [Theory]
    [InlineData(1280, "light")]
    [InlineData(400, "dark")]
    public async Task Meter_CreatedWithErrors_ShowsThemBesideTheFieldsThenIsListedAndDeleted(int width, string theme)
    {
        await using var watched = await browser.OpenAsync("/meters", new View(width, theme));
        var page = watched.Page;
        await Expect(page.Locator(".state")).ToHaveTextAsync("Live");
        await page.GetByRole(AriaRole.Button, new() { Name = "New meter" }).ClickAsync();
        await page.GetByLabel("Slug").FillAsync("Bad Slug");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a dimension" }).ClickAsync();
        await page.Locator(".dimension input").First.FillAsync("model");
        await page.Locator(".dimension input").Last.FillAsync("model");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();

        foreach (var error in new[] { "Use a-z, 0-9", "An event type is required", "SUM needs a value property", "A JSONPath begins with $" })
            await page.GetByText(error).WaitForAsync();
        await watched.ShootAsync($"meter-create-errors-{theme}-{width}");
        await watched.AssertAccessibleAsync();
        Assert.Equal(0, await watched.OverflowAsync());

        var slug = $"created_{width}";
        await page.GetByLabel("Slug").FillAsync(slug);
        await page.GetByLabel("Event type").FillAsync("ai.completion");
        await page.GetByLabel("Value property").FillAsync("$.tokens");
        await page.Locator(".dimension input").Last.FillAsync("$.model");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await page.GetByText($"Meter {slug} created.").WaitForAsync();
        await Expect(page.Locator(".grid")).ToContainTextAsync(slug);

        await page.GetByRole(AriaRole.Button, new() { Name = $"Delete {slug}" }).ClickAsync();
        await watched.ShootAsync($"meter-delete-{theme}-{width}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await page.GetByText($"Meter {slug} deleted.").WaitForAsync();
        await Expect(page.Locator(".grid")).Not.ToContainTextAsync(slug);
        Assert.Empty(watched.Faults);
    }

    [Theory]
    [InlineData(1280, "dark")]
    [InlineData(400, "light")]
    public async Task Event_SentByHand_ShowsItsErrorsAndThenInTheList(int width, string theme)
    {
        await using var watched = await browser.OpenAsync("/events?subject=by-hand", new View(width, theme));
        var page = watched.Page;
        await Expect(page.Locator(".state")).ToHaveTextAsync("Live");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send an event" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Data").FillAsync("""{"tokens": 1e400, "model": "gpt-4o"}""");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        foreach (var error in new[] { "A type is required.", "A subject is required." })
            await dialog.GetByText(error).WaitForAsync();
        await watched.ShootAsync($"event-send-{theme}-{width}");
        await watched.AssertAccessibleAsync();
        Assert.Equal(0, await watched.OverflowAsync());

        await dialog.GetByLabel("Type").FillAsync($"sent.{theme}");
        await dialog.GetByLabel("Subject").FillAsync("by-hand");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();

        await page.Locator($".grid >> text=sent.{theme}").WaitForAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        Assert.Empty(watched.Faults);
    }

    [Fact]
    public async Task Controls_Changed_AreInTheAddressAndInTheChart()
    {
        await using var watched = await browser.OpenAsync("/meters/tokens_total", View.Laptop);
        var page = watched.Page;
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Last 7 days" }).ClickAsync();
        await page.GetByText("tokens per hour").First.WaitForAsync();
        await page.GetByLabel("Group by").ClickAsync();
        await page.Locator(".mud-popover-open .mud-list-item", new() { HasText = "type" }).ClickAsync();

        await page.Locator(".legend >> text=completion").WaitForAsync();
        await ExpectAddressAsync(page, "/meters/tokens_total?range=week&by=type");

        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Custom range" }).ClickAsync();
        await page.Locator(".mud-picker").WaitForAsync();
        await watched.ShootAsync("meter-custom-light-1280");
        await Expect(page).ToHaveURLAsync(new Regex("range=custom"));
        Assert.Empty(watched.Faults);
    }

    [Fact]
    public async Task Api_AwayAndBack_IsSaidAndForgotten()
    {
        await using var watched = await browser.OpenAsync("/meters", View.Laptop);
        await Expect(watched.Page.Locator(".state")).ToHaveTextAsync("Live");
        try
        {
            browser.Api.Down = true;
            await Expect(watched.Page.Locator(".state")).ToHaveTextAsync("Offline");
            await Expect(watched.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("PostgreSQL does not answer.");
            await watched.ShootAsync("meters-offline-light-1280");
            await Expect(watched.Page.Locator(".grid")).ToContainTextAsync("cost_usd");
        }
        finally
        {
            browser.Api.Down = false;
        }
        await Expect(watched.Page.Locator(".state")).ToHaveTextAsync("Live");
    }

    [Fact]
    public async Task Drawer_OnAPhone_OpensAndLeadsOn()
    {
        await using var watched = await browser.OpenAsync("/", new View(400, "light"));
        await Expect(watched.Page.Locator(".state")).ToHaveTextAsync("Live");
        await Expect(watched.Page.GetByRole(AriaRole.Link, new() { Name = "Events" })).Not.ToBeInViewportAsync();

        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Navigation" }).ClickAsync();
        await Expect(watched.Page.GetByRole(AriaRole.Link, new() { Name = "Events" })).ToBeInViewportAsync();
        await watched.ShootAsync("drawer-light-400");
        await watched.Page.GetByRole(AriaRole.Link, new() { Name = "Events" }).ClickAsync();

        await watched.Page.WaitForURLAsync("**/events");
        await Expect(watched.Page.GetByRole(AriaRole.Link, new() { Name = "Home", Exact = true })).Not.ToBeInViewportAsync();
    }

    [Fact]
    public async Task Connection_Lost_IsSaidUntilItIsBack()
    {
        await using var watched = await browser.OpenAsync("/", View.Laptop);
        await Expect(watched.Page.Locator(".state")).ToHaveTextAsync("Live");
        await watched.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await watched.Page.Context.SetOfflineAsync(true);
        await watched.Page.EvaluateAsync("Blazor._internal.forceCloseConnection()");
        await Expect(watched.Page.GetByRole(AriaRole.Dialog, new() { Name = "Reconnecting" })).ToBeVisibleAsync();
        await watched.ShootAsync("reconnect-light-1280");

        await watched.Page.Context.SetOfflineAsync(false);

        await Expect(watched.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
        await Expect(watched.Page.Locator(".state")).ToHaveTextAsync("Live");
    }

    private Task ExpectAddressAsync(IPage page, string path) => Expect(page).ToHaveURLAsync(browser.Url + path);

    private static Task<string> PixelsAsync(IPage page) => page.EvaluateAsync<string>("document.querySelector('canvas').toDataURL()");

    private static JsonObject Event(string subject) => JsonNode.Parse($$$"""
        {
          "specversion": "1.0", "id": "{{{Guid.NewGuid()}}}", "source": "ui-test", "type": "ai.completion", "subject": "{{{subject}}}",
          "data": { "model": "gpt-4o", "type": "prompt", "tokens": 1234.000000000000000000001, "cost": 0.1 }
        }
        """)!.AsObject();

    /// <summary>The promise is about the page, not about a machine that is busy with other tests: one of three times is proof, three misses are a fault.</summary>
    private static async Task ShowsWithinASecondAsync(Func<int, Task<TimeSpan>> postAndSeeAsync)
    {
        var times = new List<TimeSpan>();
        while (times.Count < Attempts)
        {
            times.Add(await postAndSeeAsync(times.Count));
            if (times[^1] < Promise)
                return;
        }

        Assert.Fail($"It took {string.Join(", ", times)}.");
    }

    private async Task<TimeSpan> PostAndSeeAsync(string path, string subject, string shown)
    {
        await using var watched = await browser.OpenAsync(path, View.Laptop);
        await Expect(watched.Page.Locator(".state")).ToHaveTextAsync("Live");
        await Expect(watched.Page.Locator(shown)).ToHaveCountAsync(0);

        var posted = Stopwatch.GetTimestamp();
        browser.Api.Post(Event(subject));
        await watched.Page.Locator(shown).First.WaitForAsync();
        var took = Stopwatch.GetElapsedTime(posted);

        Assert.Empty(watched.Faults);
        return took;
    }
}
