using System.Net;
using Bunit;
using CloudNative.Web.Meters;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Tests.Meters;

public sealed class MetersPageTests : WebContext
{
    private const string List = "GET /api/v1/meters";
    private const string Create = "POST /api/v1/meters";
    private const string Get = "GET /api/v1/meters/tokens_total";
    private const string Update = "PUT /api/v1/meters/tokens_total";
    private const string Delete = "DELETE /api/v1/meters/tokens_total";

    private const string Meter = """
        {"id":"01K","slug":"tokens_total","name":"Tokens","eventType":"ai","aggregation":"SUM","valueProperty":"$.tokens",
         "groupBy":{"model":"$.model"},"metadata":{"team":"ai"},"createdAt":"2026-11-01T08:00:00Z","updatedAt":"2026-11-01T08:00:00Z"}
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

    [Fact]
    public async Task Edit_Accepted_SendsEverythingWithTheTagAndCloses()
    {
        string? condition = null;
        var page = await EditingAsync();
        Api.On(Update, request =>
        {
            condition = request.Headers.IfMatch.ToString();
            return new HttpResponseMessage { Content = new StringContent(Meter) };
        });
        await page.Find("#edit-name").ChangeAsync(" All tokens ");

        await page.Find("#edit-meter").SubmitAsync();

        await UntilAsync(() => page.FindAll("#edit-meter").Count == 0, "the dialog to close");
        Assert.Contains("""{"name":"All tokens","metadata":{"team":"ai"},"groupBy":{"model":"$.model"}}""", Api.Bodies);
        Assert.Equal("\"tag-1\"", condition);
    }

    [Fact]
    public async Task Edit_OtherDimensions_SaysThatItRecounts()
    {
        var page = await EditingAsync();
        Assert.DoesNotContain("counted anew", page.Markup, StringComparison.Ordinal);

        await page.Find("[aria-label='Remove dimension model']").ClickAsync();

        await UntilAsync(() => page.Markup.Contains("counted anew", StringComparison.Ordinal), "the notice");
        Api.On(Update, Meter);
        await page.Find("#edit-meter").SubmitAsync();
        await UntilAsync(() => page.FindAll("#edit-meter").Count == 0, "the dialog to close");
        Assert.Contains("""{"name":"Tokens","metadata":{"team":"ai"},"groupBy":{}}""", Api.Bodies);
    }

    [Fact]
    public async Task Edit_SomebodyWasFaster_SaysSoAndStaysOpen()
    {
        var page = await EditingAsync();
        Api.Problem(Update, HttpStatusCode.PreconditionFailed, "It was changed since.");

        await page.Find("#edit-meter").SubmitAsync();

        await UntilAsync(() => page.FindAll(".mud-dialog [role=alert]").Count == 1, "the refusal");
        Assert.Contains("It was changed since.", page.Find(".mud-dialog [role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_Refused_ShowsEachErrorBesideItsField()
    {
        var page = await EditingAsync();
        Api.Problem(Update, HttpStatusCode.BadRequest, "Not valid.", ("name", "Too long."), ("groupBy.model", "No path."), ("metadata.team", "No text."));

        await page.Find("#edit-meter").SubmitAsync();

        await UntilAsync(() => page.FindAll(".mud-input-error").Count > 0, "the errors");
        Assert.Equal("true", page.Find("#edit-name").GetAttribute("aria-invalid"));
        Assert.Contains("No path.", page.Find(".dimension").TextContent, StringComparison.Ordinal);
        Assert.Contains("No text.", page.Find(".note").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".mud-dialog [role=alert]"));
    }

    [Fact]
    public async Task Edit_MeterIsGone_SaysSo()
    {
        var page = await ListedAsync();
        Api.Problem(Get, HttpStatusCode.NotFound, "There is no meter 'tokens_total'.");

        page.Find("[aria-label='Edit tokens_total']").Click();

        await UntilAsync(() => page.Markup.Contains("There is no meter", StringComparison.Ordinal), "the message");
        Assert.Empty(page.FindAll("#edit-meter"));
    }

    private async Task<IRenderedComponent<IComponent>> EditingAsync()
    {
        var page = await ListedAsync();
        Api.On(Get, _ => new HttpResponseMessage { Content = new StringContent(Meter), Headers = { ETag = new("\"tag-1\"") } });
        page.Find("[aria-label='Edit tokens_total']").Click();
        await UntilAsync(() => page.FindAll("#edit-meter").Count == 1, "the form");
        return page;
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
