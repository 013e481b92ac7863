namespace CloudNative.Web.Tests.Browser;

[Collection(BrowserTests.Name)]
public sealed class DeadLetterDialogTests(BrowserFixture browser)
{
    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 400)]
    public async Task Letter_Inspected_FitsAndIsAccessible(string theme, int width)
    {
        await using var watched = await browser.OpenAsync("/dead-letters", new View(width, theme));
        await watched.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Inspect 01M80000000000000000000004" }).ClickAsync();
        await watched.Page.Locator("#corrected-event").WaitForAsync();

        Assert.Equal(0, await watched.OverflowAsync());
        await watched.ShootAsync($"dead-letter-{theme}-{width}");
        await watched.AssertAccessibleAsync();
        Assert.Empty(watched.Faults);
        // The editor keeps every digit.
        Assert.Contains("12.50", await watched.Page.Locator("#corrected-event").InputValueAsync(), StringComparison.Ordinal);
    }
}
