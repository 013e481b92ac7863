using Bunit;
using CloudNative.Web.Ledger;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Web.Tests.Ledger;

public sealed class LedgerPageTests : WebContext
{
    private const string Get = "GET /api/v1/ledger";

    [Theory]
    [InlineData("", "2026-11-24T05%3A31%3A00Z", "MINUTE")]
    [InlineData("?range=day", "2026-11-23T07%3A00%3A00Z", "HOUR")]
    [InlineData("?range=month", "2026-10-26T00%3A00%3A00Z", "DAY")]
    public async Task Render_Range_AsksForItsWindows(string query, string from, string window)
    {
        Api.On(Get, Answer("balanced", "balanced"));

        await ShownAsync(query);

        Assert.Contains($"from={from}&", Api.Requests[0], StringComparison.Ordinal);
        Assert.EndsWith($"windowSize={window}", Api.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("balanced", "Balanced", "balanced")]
    [InlineData("unacknowledged", "More was received than acknowledged", "3 unacknowledged")]
    [InlineData("pending", "Counting is under way", "2 pending")]
    [InlineData("missing", "Events are missing", "1,001 missing")]
    public async Task Render_State_IsSaidInWordsAndInEachRow(string state, string title, string pill)
    {
        Api.On(Get, Answer(state, state));

        var page = await ShownAsync("");

        Assert.Contains(title, page.Find(".mud-alert").TextContent, StringComparison.Ordinal);
        Assert.Equal(pill, page.Find("tbody .pill").TextContent);
        Assert.Equal(["1,500", "1,400", "1,000", "300", "7", "60", "40"], page.FindAll("tbody .number").Select(cell => cell.TextContent));
        Assert.Equal(["1,500", "1,400", "1,000", "300", "60", "40"], page.FindAll(".tile dd").Select(cell => cell.TextContent));
    }

    [Theory]
    [InlineData("""{"hours":0,"differing":[]}""", "No hour of this range is closed and recounted yet.")]
    [InlineData("""{"hours":24,"differing":[]}""", "24 hours agree with what is stored.")]
    [InlineData(
        """{"hours":24,"differing":[{"hour":"2026-11-24T04:00:00Z","checkedAt":"2026-11-24T05:00:00Z","differences":2,"detail":"partition 3"}]}""",
        "1 of 24 hours differ from what is stored.")]
    public async Task Render_Recount_SaysWhatItFound(string recount, string text)
    {
        Api.On(Get, Answer("balanced", "balanced", recount));

        var page = await ShownAsync("");

        Assert.Contains(text, page.Find(".recount").TextContent, StringComparison.Ordinal);
        Assert.Equal(recount.Contains("partition 3", StringComparison.Ordinal), page.Markup.Contains("2026-11-24 04:00 UTC", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Render_NoEvent_SaysSo()
    {
        Api.On(Get, """{"state":"balanced","waiting":0,"data":[],"recount":{"hours":0,"differing":[]}}""");

        var page = Show("");

        await UntilAsync(() => page.Markup.Contains("No event in this range", StringComparison.Ordinal), "the empty state");
    }

    private static string Answer(string state, string rowState, string recount = """{"hours":1,"differing":[]}""") => $$"""
        {"state":"{{state}}","countedUntil":"2026-11-24T06:30:14Z","waiting":5,"recount":{{recount}},"data":[
          {"windowStart":"2026-11-24T06:00:00Z","windowEnd":"2026-11-24T06:01:00Z","state":"{{rowState}}","acknowledged":1500,"received":1400,"counted":1000,
           "duplicates":300,"differentPayload":7,"unmatched":60,"deadLettered":40,"missing":1001,"pending":2,"unacknowledged":3}]}
        """;

    private IRenderedComponent<IComponent> Show(string query)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/ledger{query}");
        return Show<LedgerPage>();
    }

    private async Task<IRenderedComponent<IComponent>> ShownAsync(string query)
    {
        var page = Show(query);
        await UntilAsync(() => page.FindAll("tbody tr").Count == 1, "the books");
        return page;
    }
}
