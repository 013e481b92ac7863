using CloudNative.Web.Tests.Fakes;
using Microsoft.Playwright;

namespace CloudNative.Web.Tests.Browser;

[Collection(BrowserTests.Name)]
public sealed class ApiKeyDialogTests(BrowserFixture browser)
{
    /// <summary>A card hides what its table has too much of, so the page itself does not overflow.</summary>
    [Theory]
    [InlineData(1280)]
    [InlineData(400)]
    public async Task Keys_Listed_ShowEveryActionWhole(int width)
    {
        await using var watched = await browser.OpenAsync("/api-keys", new View(width, "light"));
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke billing cnm_K3bZ" }).WaitForAsync();
        await watched.ShootAsync($"api-keys-whole-{width}");

        Assert.Equal(0, await watched.Page.Locator(".card-table").EvaluateAsync<int>("card => card.scrollWidth - card.clientWidth"));
    }

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 400)]
    public async Task Key_Created_ShowsItsSecretAndCopiesIt(string theme, int width)
    {
        await using var watched = await browser.OpenAsync("/api-keys", new View(width, theme));
        var page = watched.Page;
        await Assertions.Expect(page.Locator(".state")).ToHaveTextAsync("Live");
        await page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("billing");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Ask for usage" }).CheckAsync();
        Assert.Equal(0, await watched.OverflowAsync());
        await watched.ShootAsync($"api-key-create-{theme}-{width}");
        await watched.AssertAccessibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await page.GetByText(FakeApiKeys.Secret).WaitForAsync();
        Assert.Equal(0, await watched.OverflowAsync());
        await watched.ShootAsync($"api-key-secret-{theme}-{width}");
        await watched.AssertAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copied" }).WaitForAsync();

        Assert.Equal(FakeApiKeys.Secret, await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await Assertions.Expect(page.GetByText(FakeApiKeys.Secret)).ToHaveCountAsync(0);
        Assert.Empty(watched.Faults);
    }
}
