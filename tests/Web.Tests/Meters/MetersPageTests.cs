using System.Net;
using Bunit;
using CloudNative.Web.Meters;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Tests.Meters;

public sealed class MetersPageTests : WebContext
{
    private const string List = "GET /api/v1/meters";
    private const string Create = "POST /api/v1/meters";
    private const string Delete = "DELETE /api/v1/meters/tokens_total";

    private const string Meter = """
        {"id":"01K","slug":"tokens_total","name":"Tokens","eventType":"ai","aggregation":"SUM","valueProperty":"$.tokens",
         "groupBy":{"model":"$.model"},"createdAt":"2026-11-01T08:00:00Z","updatedAt":"2026-11-01T08:00:00Z"}
        """;

    [Fact]
    public async Task Render_NoMeter_SaysWhatOneIs()
    {
        Api.On(List, "[]");

        var page = Show<MetersPage>();

        await UntilAsync(() => page.Markup.Contains("No meter yet", StringComparison.Ordinal), "the empty state");
    }

    [Fact]
    public async Task Render_Meters_LinksEachAndShowsItsDefinition()
    {
        var page = await ListedAsync();

        Assert.Equal("/meters/tokens_total", page.Find(".grid .link").GetAttribute("href"));
        var row = page.Find(".grid tbody tr").TextContent;
        foreach (var part in new[] { "Tokens", "tokens_total", "ai", "SUM", "$.tokens", "model", "2026-11-01 08:00" })
            Assert.Contains(part, row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_Confirmed_DeletesAndListsAnew()
    {
        var page = await ListedAsync();
        Api.On(Delete, _ => new HttpResponseMessage(HttpStatusCode.NoContent));
        page.Find("[aria-label='Delete tokens_total']").Click();
        Assert.Equal(0, Api.Count(Delete));
        Api.On(List, "[]");

        await Button(page, "Delete").ClickAsync();

        await UntilAsync(() => page.Markup.Contains("No meter yet", StringComparison.Ordinal), "the list without it");
        Assert.Equal(1, Api.Count(Delete));
    }

    [Fact]
    public async Task Delete_Refused_SaysWhyAndStaysOpen()
    {
        var page = await ListedAsync();
        Api.Problem(Delete, HttpStatusCode.Conflict, "A feature uses it.");
        page.Find("[aria-label='Delete tokens_total']").Click();

        await Button(page, "Delete").ClickAsync();

        await UntilAsync(() => page.FindAll(".mud-dialog [role=alert]").Count == 1, "the refusal");
        Assert.Contains("A feature uses it.", page.Find(".mud-dialog [role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_Refused_ShowsEachErrorBesideItsField()
    {
        var page = await CreatingAsync();
        Api.Problem(Create, HttpStatusCode.BadRequest, "Not valid.", ("slug", "Bad slug."), ("valueProperty", "No path."), ("metadata", "Too long."));

        await page.Find("#create-meter").SubmitAsync();

        await UntilAsync(() => page.FindAll(".mud-input-error").Count > 0, "the errors");
        Assert.Equal("true", page.Find("#slug").GetAttribute("aria-invalid"));
        Assert.EndsWith("Bad slug.", page.Find("#slug").Closest(".mud-input-control")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("false", page.Find("#event-type").GetAttribute("aria-invalid"));
        Assert.Contains("No path.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Too long.", page.Find(".mud-dialog [role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_Taken_SaysSoAboveTheForm()
    {
        var page = await CreatingAsync();
        Api.Problem(Create, HttpStatusCode.Conflict, "There is a meter tokens_total.");

        await page.Find("#create-meter").SubmitAsync();

        await UntilAsync(() => page.FindAll(".mud-dialog [role=alert]").Count == 1, "the conflict");
        Assert.Contains("There is a meter tokens_total.", page.Find(".mud-dialog [role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_Accepted_SendsTheDraftAndCloses()
    {
        var page = await CreatingAsync();
        Api.On(Create, Meter, HttpStatusCode.Created);
        await page.Find("#slug").ChangeAsync(" tokens_total ");
        await page.Find("#event-type").ChangeAsync("ai");
        await page.Find("#value-property").ChangeAsync("$.tokens");

        await page.Find("#create-meter").SubmitAsync();

        await UntilAsync(() => page.FindAll("#create-meter").Count == 0, "the dialog to close");
        Assert.Contains("""{"slug":"tokens_total","eventType":"ai","aggregation":"SUM","valueProperty":"$.tokens"}""", Api.Bodies);
    }

    private async Task<IRenderedComponent<IComponent>> ListedAsync()
    {
        Api.On(List, $"[{Meter}]");
        var page = Show<MetersPage>();
        await UntilAsync(() => page.FindAll(".grid tbody tr").Count == 1, "the list");
        return page;
    }

    private async Task<IRenderedComponent<IComponent>> CreatingAsync()
    {
        var page = await ListedAsync();
        Button(page, "New meter").Click();
        await UntilAsync(() => page.FindAll("#create-meter").Count == 1, "the form");
        return page;
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<IComponent> page, string text) =>
        page.FindAll("button").Single(button => button.TextContent.Trim() == text);
}
