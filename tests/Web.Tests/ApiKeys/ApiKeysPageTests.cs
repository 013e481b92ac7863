using System.Net;
using Bunit;
using CloudNative.Web.ApiKeys;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Tests.ApiKeys;

public sealed class ApiKeysPageTests : WebContext
{
    private const string List = "GET /api/v1/api-keys";
    private const string Create = "POST /api/v1/api-keys";
    private const string Rotate = "POST /api/v1/api-keys/01K/rotate";
    private const string Revoke = "DELETE /api/v1/api-keys/01K";
    private const string Secret = "cnm_theSecretThatIsShownOnce";

    private const string Key = """
        {"id":"01K","name":"billing","prefix":"cnm_theS","scopes":["meters:read","usage:read"],"state":"active","createdAt":"2026-11-01T08:00:00Z",
         "lastUsedAt":"2026-11-24T06:29:00Z"}
        """;

    private const string Revoked = """
        {"id":"01J","name":"old","prefix":"cnm_gone","scopes":["*"],"state":"revoked","createdAt":"2026-10-01T08:00:00Z","expiresAt":"2026-12-01T00:00:00Z"}
        """;

    private const string Created = $$"""{"secret":"{{Secret}}","apiKey":{{Key}}}""";

    [Fact]
    public async Task Render_NoKey_SaysWhatOneIs()
    {
        Api.On(List, """{"items":[]}""");

        var page = Show<ApiKeysPage>();

        await UntilAsync(() => page.Markup.Contains("No API key yet", StringComparison.Ordinal), "the empty state");
    }

    [Fact]
    public async Task Render_Keys_ShowsEachAndActionsOfActiveOnesOnly()
    {
        var page = await ListedAsync();

        var rows = page.FindAll(".grid tbody tr");
        foreach (var part in new[] { "billing", "cnm_theS", "active", "meters:read", "usage:read", "2026-11-01", "never", "2026-11-24 06:29" })
            Assert.Contains(part, rows[0].TextContent, StringComparison.Ordinal);
        foreach (var part in new[] { "old", "revoked", "*", "2026-12-01 00:00" })
            Assert.Contains(part, rows[1].TextContent, StringComparison.Ordinal);
        Assert.Equal([2, 0], rows.Select(row => row.QuerySelectorAll("button").Length));
    }

    [Fact]
    public async Task Create_Accepted_SendsTheDraftAndShowsTheSecretOnce()
    {
        var page = await CreatingAsync();
        Api.On(Create, Created, HttpStatusCode.Created);
        await page.Find("#name").ChangeAsync(" billing ");
        await page.Find("input[value='usage:read']").ChangeAsync(true);
        await page.Find("input[value='meters:read']").ChangeAsync(true);

        await page.Find("#create-api-key").SubmitAsync();

        await UntilAsync(() => page.FindAll("pre.secret").Count == 1, "the secret");
        Assert.Equal(Secret, page.Find("pre.secret").TextContent);
        // 90 days from the test's clock.
        Assert.Contains("""{"name":"billing","scopes":["usage:read","meters:read"],"expiresAt":"2027-02-22T06:30:15+00:00"}""", Api.Bodies);
        await Button(page, "Done").ClickAsync();
        await UntilAsync(() => !page.Markup.Contains(Secret, StringComparison.Ordinal), "the secret to be gone");
    }

    [Fact]
    public async Task Create_Refused_ShowsEachErrorBesideItsField()
    {
        var page = await CreatingAsync();
        Api.Problem(Create, HttpStatusCode.BadRequest, "Not valid.", ("name", "Say what for."), ("scopes", "Name a scope."), ("body", "Odd."));

        await page.Find("#create-api-key").SubmitAsync();

        await UntilAsync(() => page.FindAll("#scopes-error").Count == 1, "the errors");
        Assert.Equal("Name a scope.", page.Find("#scopes-error").TextContent);
        Assert.Equal("true", page.Find("#name").GetAttribute("aria-invalid"));
        Assert.Contains("Odd.", page.Find(".mud-dialog [role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_ScopeThatTheFrontEndLacks_SaysWhich()
    {
        var page = await CreatingAsync();
        Api.Problem(Create, HttpStatusCode.Forbidden, "The API key in use lacks the scope 'ledger:read', so it can't grant it.");

        await page.Find("#create-api-key").SubmitAsync();

        await UntilAsync(() => page.FindAll(".mud-dialog [role=alert]").Count == 1, "the refusal");
        Assert.Contains("ledger:read", page.Find(".mud-dialog [role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rotate_Confirmed_SendsTheOverlapAndShowsTheSecret()
    {
        var page = await ListedAsync();
        Api.On(Rotate, Created, HttpStatusCode.Created);
        page.Find("[aria-label='Rotate billing cnm_theS']").Click();
        Assert.Equal(0, Api.Count(Rotate));

        await DialogButton(page, "Rotate").ClickAsync();

        await UntilAsync(() => page.FindAll("pre.secret").Count == 1, "the secret");
        Assert.Contains("""{"overlapSeconds":86400}""", Api.Bodies);
    }

    [Fact]
    public async Task Revoke_Confirmed_RevokesAndListsAnew()
    {
        var page = await ListedAsync();
        Api.On(Revoke, _ => new HttpResponseMessage(HttpStatusCode.NoContent));
        page.Find("[aria-label='Revoke billing cnm_theS']").Click();
        Assert.Equal(0, Api.Count(Revoke));
        Api.On(List, """{"items":[]}""");

        await DialogButton(page, "Revoke").ClickAsync();

        await UntilAsync(() => page.Markup.Contains("No API key yet", StringComparison.Ordinal), "the list without it");
        Assert.Equal(1, Api.Count(Revoke));
    }

    [Fact]
    public async Task Revoke_Refused_SaysWhyAndStaysOpen()
    {
        var page = await ListedAsync();
        Api.Problem(Revoke, HttpStatusCode.NotFound, "There is no API key '01K'.");
        page.Find("[aria-label='Revoke billing cnm_theS']").Click();

        await DialogButton(page, "Revoke").ClickAsync();

        await UntilAsync(() => page.FindAll(".mud-dialog [role=alert]").Count == 1, "the refusal");
        Assert.Contains("There is no API key", page.Find(".mud-dialog [role=alert]").TextContent, StringComparison.Ordinal);
    }

    private async Task<IRenderedComponent<IComponent>> ListedAsync()
    {
        Api.On(List, $$"""{"items":[{{Key}},{{Revoked}}]}""");
        var page = Show<ApiKeysPage>();
        await UntilAsync(() => page.FindAll(".grid tbody tr").Count == 2, "the list");
        return page;
    }

    private async Task<IRenderedComponent<IComponent>> CreatingAsync()
    {
        var page = await ListedAsync();
        Button(page, "New key").Click();
        await UntilAsync(() => page.FindAll("#create-api-key").Count == 1, "the form");
        return page;
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<IComponent> page, string text) =>
        page.FindAll("button").Single(button => button.TextContent.Trim() == text);

    private static AngleSharp.Dom.IElement DialogButton(IRenderedComponent<IComponent> page, string text) =>
        page.FindAll(".mud-dialog button").Single(button => button.TextContent.Trim() == text);
}
