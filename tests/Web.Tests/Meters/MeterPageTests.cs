using System.Net;
using Bunit;
using CloudNative.Web.Meters;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace CloudNative.Web.Tests.Meters;

public sealed class MeterPageTests : WebContext
{
    private const string Query = "GET /api/v1/meters/tokens/query";

    public MeterPageTests()
    {
        Api.On("GET /api/v1/meters/tokens", """
            {"id":"01K","slug":"tokens","eventType":"ai","aggregation":"SUM","valueProperty":"$.tokens","groupBy":{"model":"$.model"},
             "createdAt":"2026-11-01T08:00:00Z"}
            """);
        Api.On(Query, request => new HttpResponseMessage { Content = new StringContent(Answer(request.RequestUri!.Query)) });
    }

    [Fact]
    public async Task Render_Ungrouped_ShowsTotalChartAndExactFigures()
    {
        var page = await ShownAsync("");

        Assert.Equal("6,000.000000000000000000001", page.Find(".total").TextContent);
        Assert.Equal(["2026-11-24 06:00", "2026-11-24 05:00"], page.FindAll("[aria-label='Exact figures'] .time").Select(cell => cell.TextContent));
        Assert.Equal(["2,000.000000000000000000001", "4,000"], page.FindAll("[aria-label='Exact figures'] td.number").Select(cell => cell.TextContent));
        Assert.Single(page.FindAll("canvas"));
        Assert.Empty(page.FindAll(".legend"));
        Assert.Equal(
            "/events?meter=tokens&from=2026-11-24T06%3A00%3A00Z&to=2026-11-24T07%3A00%3A00Z",
            page.Find("[aria-label='Exact figures'] td.number a").GetAttribute("href"));
        Assert.Contains($"{Query}?from=2026-11-23T07%3A00%3A00Z&to=2026-11-24T07%3A00%3A00Z&windowSize=HOUR", Api.Requests);
    }

    [Fact]
    public async Task Render_GroupedBySubject_ShowsTotalsThatLeadToTheEvents()
    {
        var page = await ShownAsync("?by=subject");

        Assert.Equal(["acme", "(none)"], page.FindAll(".legend li").Select(item => item.TextContent).OrderByDescending(name => name));
        var totals = page.Find("[aria-label='Totals by subject']");
        Assert.Equal("/events?subject=acme", totals.QuerySelector(".link")!.GetAttribute("href"));
        Assert.Contains("width: 50%", totals.InnerHtml, StringComparison.Ordinal);
        Assert.Contains(Api.Requests, asked => asked.EndsWith("&windowSize=HOUR&groupBy=subject", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Render_NoUsage_SaysSo()
    {
        Api.On(Query, """{"data":[]}""");

        var page = Show<MeterPage>("");

        await UntilAsync(() => page.Markup.Contains("No usage in this range", StringComparison.Ordinal), "the empty state");
        Assert.Equal("0", page.Find(".total").TextContent);
    }

    [Theory]
    [InlineData("AVG", "average tokens per hour", "no average tokens in the range")]
    [InlineData("LATEST", "latest tokens per hour", "no latest tokens in the range")]
    [InlineData("UNIQUE_COUNT", "distinct tokens per hour", "0 distinct tokens in the range")]
    public async Task Render_OtherAggregation_SaysWhatTheFiguresAre(string aggregation, string heading, string total)
    {
        Api.On("GET /api/v1/meters/tokens", $$"""
            {"id":"01K","slug":"tokens","eventType":"ai","aggregation":"{{aggregation}}","valueProperty":"$.tokens","groupBy":{},"createdAt":"2026-11-01T08:00:00Z"}
            """);
        Api.On(Query, """{"data":[]}""");

        var page = Show<MeterPage>("");

        await UntilAsync(() => page.Markup.Contains("No usage in this range", StringComparison.Ordinal), "the empty state");
        Assert.Equal(heading, page.Find("#usage").TextContent);
        Assert.Contains(total, page.Find(".card-head").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindSubjects_MoreThanTheApiLists_TakesWhatIsTyped()
    {
        const string subjects = "GET /api/v1/meters/tokens/subjects";
        Api.On(subjects, """["acme","globex"]""");
        var page = await ShownAsync("");
        Task<IEnumerable<string>> SearchAsync(string text) => page.FindComponent<MudAutocomplete<string>>().Instance.SearchFunc!(text, CancellationToken.None)!;
        Assert.Equal(["acme"], await SearchAsync("ACM"));

        Api.On(subjects, _ => new HttpResponseMessage(HttpStatusCode.BadRequest));
        Assert.Equal(["acme-1"], await SearchAsync("acme-1"));
        Assert.Empty(await SearchAsync(" "));

        Api.On(subjects, _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        Assert.Empty(await SearchAsync("acme-1"));
    }

    [Fact]
    public async Task Render_BackfillNotDone_ShowsHowFarItIsUntilItIs()
    {
        Api.On(Query, """{"incomplete":true,"data":[]}""");
        Api.On("GET /api/v1/meters/tokens/backfill", """{"state":"RUNNING","counted":1500,"scanned":1999,"total":2000,"refused":0,"droppedSegments":1}""");

        var page = Show<MeterPage>("");

        await UntilAsync(() => page.Markup.Contains("1,500 events counted, 1,999 of about 2,000 looked at", StringComparison.Ordinal), "the progress");
        Assert.Contains("99 %", page.Markup, StringComparison.Ordinal);
        Assert.Contains("outlived its retention", page.Markup, StringComparison.Ordinal);

        Api.On(Query, """{"data":[]}""");
        await RefreshUntilAsync(() => !page.Markup.Contains("what was stored before", StringComparison.Ordinal), "the end of the notice");
    }

    [Fact]
    public async Task Render_UnknownMeter_SaysSo()
    {
        Api.Problem("GET /api/v1/meters/tokens", HttpStatusCode.NotFound, "No such meter.");

        var page = Show<MeterPage>("");

        await UntilAsync(() => page.Markup.Contains("There is no meter tokens", StringComparison.Ordinal), "the not-found state");
    }

    [Fact]
    public async Task Edit_Accepted_SavesAndLoadsAnew()
    {
        var page = await ShownAsync("");
        Api.On("PUT /api/v1/meters/tokens", """{"id":"01K","slug":"tokens","eventType":"ai","aggregation":"SUM","createdAt":"2026-11-01T08:00:00Z"}""");
        page.FindAll("button").Single(button => button.TextContent.Trim() == "Edit").Click();
        await UntilAsync(() => page.FindAll("#edit-meter").Count == 1, "the form");
        var loaded = Api.Count("GET /api/v1/meters/tokens");

        await page.Find("#edit-meter").SubmitAsync();

        await UntilAsync(() => page.FindAll("#edit-meter").Count == 0, "the dialog to close");
        await UntilAsync(() => Api.Count("GET /api/v1/meters/tokens") > loaded, "the meter to be loaded again");
        Assert.Contains("""{"metadata":{},"groupBy":{"model":"$.model"}}""", Api.Bodies);
    }

    [Fact]
    public async Task Range_Chosen_GoesToItsAddressAndIsLoaded()
    {
        var page = await ShownAsync("?by=subject");

        await page.Find("[aria-label='Last 30 days']").ClickAsync();

        Assert.EndsWith("/meters/tokens?range=month&by=subject", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        await UntilAsync(() => Api.Requests.Any(asked => asked.Contains("windowSize=DAY", StringComparison.Ordinal)), "the query of the new range");
    }

    private static string Answer(string query)
    {
        const string Five = "\"windowStart\":\"2026-11-24T05:00:00Z\",\"windowEnd\":\"2026-11-24T06:00:00Z\",\"groupBy\":{}";
        const string Six = "\"windowStart\":\"2026-11-24T06:00:00Z\",\"windowEnd\":\"2026-11-24T07:00:00Z\",\"groupBy\":{}";
        if (query.Contains("groupBy", StringComparison.Ordinal))
            return $$"""{"data":[{"value":4000,"subject":"acme",{{Five}}},{"value":2000,"subject":"",{{Five}}}]}""";
        return query.Contains("windowSize", StringComparison.Ordinal)
            ? $$"""{"data":[{"value":4000,{{Five}}},{"value":2000.000000000000000000001,{{Six}}}]}"""
            : $$"""{"data":[{"value":6000.000000000000000000001,{{Five}}}]}""";
    }

    private IRenderedComponent<IComponent> Show<TPage>(string query) where TPage : IComponent
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/meters/tokens{query}");
        return Show(builder =>
        {
            builder.OpenComponent<TPage>(0);
            builder.AddAttribute(1, nameof(MeterPage.Slug), "tokens");
            builder.CloseComponent();
        });
    }

    private async Task<IRenderedComponent<IComponent>> ShownAsync(string query)
    {
        var page = Show<MeterPage>(query);
        await UntilAsync(() => page.FindAll("canvas").Count == 1, "the chart");
        return page;
    }
}
