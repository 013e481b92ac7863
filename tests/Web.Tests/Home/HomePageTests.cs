using System.Net;
using Bunit;
using CloudNative.Web.Home;

namespace CloudNative.Web.Tests.Home;

public sealed class HomePageTests : WebContext
{
    private const string Ledger = "GET /api/v1/ledger";

    public HomePageTests()
    {
        Api.On("GET /api/v1/system/health", """
            {"status":"Degraded","checkedAt":"2026-11-24T06:30:14Z","components":[
              {"name":"postgres","status":"Healthy","durationMs":0.4},
              {"name":"redis","status":"Degraded","description":"No answer within 1 s.","durationMs":1000.7},
              {"name":"kafka","status":"Unhealthy","durationMs":12}]}
            """);
        Api.On(Ledger, """
            {"data":[{"windowStart":"2026-11-24T06:30:00Z","windowEnd":"2026-11-24T06:31:00Z","received":1234,"counted":1200,"duplicates":30,"unmatched":3,"deadLettered":1}]}
            """);
    }

    [Fact]
    public async Task Render_WithEvents_ShowsTotalsChartAndHealth()
    {
        var page = Show<HomePage>();

        await UntilAsync(() => page.FindAll("canvas").Count == 1, "the chart");
        Assert.Equal(
            ["1,234", "1,200", "30", "3", "1"],
            page.FindAll(".tile-figure").Select(figure => figure.TextContent));
        Assert.Equal(["Counted", "Duplicates", "Unmatched", "Dead letters"], page.FindAll(".legend li").Select(item => item.TextContent));
        var components = page.FindAll("section[aria-labelledby=health] li").Select(item => item.TextContent).ToList();
        Assert.Contains("<1 ms", components[0], StringComparison.Ordinal);
        Assert.Contains("Degraded: No answer within 1 s.", components[1], StringComparison.Ordinal);
        Assert.Contains("1,001 ms", components[1], StringComparison.Ordinal);
        Assert.Contains("Unhealthy", components[2], StringComparison.Ordinal);
        Assert.Contains($"{Ledger}?from=2026-11-24T05%3A31%3A00Z&to=2026-11-24T06%3A31%3A00Z&windowSize=MINUTE", Api.Requests);
        Assert.Contains($"{Ledger}?from=2026-11-23T06%3A31%3A00Z&to=2026-11-24T06%3A31%3A00Z&windowSize=HOUR", Api.Requests);
    }

    [Fact]
    public async Task Render_NoEvents_SaysHowToSendOne()
    {
        Api.On(Ledger, """{"data":[]}""");

        var page = Show<HomePage>();

        await UntilAsync(() => page.Markup.Contains("No event in the last hour", StringComparison.Ordinal), "the empty state");
        Assert.Empty(page.FindAll("canvas"));
    }

    [Fact]
    public async Task Render_LedgerAway_StillShowsTheHealthThatExplainsIt()
    {
        Api.Problem(Ledger, HttpStatusCode.ServiceUnavailable, "PostgreSQL does not answer.");

        var page = Show<HomePage>();

        await UntilAsync(() => page.FindAll("section[aria-labelledby=health] li").Count == 3, "the health");
        Assert.Contains("The counts can't be loaded: PostgreSQL does not answer.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refresh_TwiceASecond_AsksForTheHealthMoreRarely()
    {
        Show<HomePage>();

        await RefreshUntilAsync(() => Api.Count(Ledger) >= 16, "eight refreshes");

        Assert.InRange(Api.Count("GET /api/v1/system/health"), 2, 4);
    }
}
