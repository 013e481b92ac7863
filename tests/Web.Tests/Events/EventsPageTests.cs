using System.Net;
using Bunit;
using CloudNative.Web.Events;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Web.Tests.Events;

public sealed class EventsPageTests : WebContext
{
    private const string List = "GET /api/v1/events";

    [Theory]
    [InlineData("", "No event yet")]
    [InlineData("?type=x", "No event matches")]
    public async Task Render_NoEvent_SaysWhy(string query, string title)
    {
        Api.On(List, "[]");

        var page = Show(query);

        await UntilAsync(() => page.Markup.Contains(title, StringComparison.Ordinal), "the empty state");
    }

    [Fact]
    public async Task Render_Events_ShowsEachWithWhatBecameOfIt()
    {
        Api.On(List, $"[{Event("1", meters: "\"tokens\",\"requests\"")},{Event("2", error: "$.tokens is no number")},{Event("3")}]");

        var page = await ListedAsync("", 3);

        var rows = page.FindAll(".grid tbody tr");
        Assert.Contains("2026-11-24 06:00:00.123", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Equal(["/meters/tokens", "/meters/requests"], rows[0].QuerySelectorAll("a.pill").Select(pill => pill.GetAttribute("href")));
        Assert.Equal("$.tokens is no number", rows[1].QuerySelector(".pill-error")!.TextContent);
        Assert.Equal("unmatched", rows[2].QuerySelector(".pill-warning")!.TextContent);
        Assert.Equal("/events?subject=acme", rows[0].QuerySelector(".link")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Render_FilterInTheAddress_IsSent()
    {
        Api.On(List, $"[{Event("1")}]");

        await ListedAsync("?subject=acme&type=ai", 1);

        Assert.Equal($"{List}?subject=acme&type=ai&limit=50", Api.Requests[0]);
    }

    [Fact]
    public async Task Render_OfAFigure_AsksForExactlyItsEventsAndShowsTheirValues()
    {
        Api.On(List, $"[{Event("1").Replace("\"ingestedAt\"", "\"value\":0.10,\"ingestedAt\"", StringComparison.Ordinal)}]");

        var page = await ListedAsync("?meter=tokens&subject=acme&from=2026-11-24T06:00:00Z&to=2026-11-24T07:00:00Z&dimension=model&value=", 1);

        Assert.Equal(
            $"{List}?subject=acme&meter=tokens&from=2026-11-24T06%3A00%3A00Z&to=2026-11-24T07%3A00%3A00Z&filterGroupBy=%7B%22model%22%3A%22%22%7D&limit=50",
            Api.Requests[0]);
        Assert.Equal("0.10", page.Find("td.value").TextContent);
        Assert.Contains("2026-11-24 06:00 to 2026-11-24 07:00 UTC, model = (none)", page.Find(".figure").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_Clicked_KeepsTheListUntilResumed()
    {
        Api.On(List, $"[{Event("1")}]");
        var page = await ListedAsync("", 1);
        await Button(page, "Pause").ClickAsync();
        Api.On(List, $"[{Event("2")},{Event("1")}]");
        await PassAsync();
        Assert.Single(page.FindAll(".grid tbody tr"));

        await Button(page, "Resume").ClickAsync();

        await UntilAsync(() => page.FindAll(".grid tbody tr").Count == 2, "the new event");
    }

    [Fact]
    public async Task Row_Clicked_ShowsTheEventAsItWasSent()
    {
        Api.On(List, $"[{Event("1")}]");
        var page = await ListedAsync("", 1);

        await page.Find(".grid tbody tr").ClickAsync();

        await UntilAsync(() => page.FindAll("pre.json").Count == 1, "the raw event");
        Assert.Contains("\"tokens\": 0.10", page.Find("pre.json").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShowMore_FullList_AsksForMore()
    {
        Api.On(List, $"[{string.Join(',', Enumerable.Range(0, 50).Select(n => Event($"{n}")))}]");
        var page = await ListedAsync("", 50);

        await Button(page, "Show more").ClickAsync();

        await UntilAsync(() => Api.Requests.Contains($"{List}?limit=200"), "the longer list");
    }

    [Fact]
    public async Task Render_ApiAway_SaysSo()
    {
        Api.Problem(List, HttpStatusCode.ServiceUnavailable, "PostgreSQL does not answer.");

        var page = Show("");

        await UntilAsync(() => page.FindAll("[role=alert]").Count == 1, "the error");
        Assert.Contains("PostgreSQL does not answer.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    private static string Event(string id, string meters = "", string? error = null) => $$$"""
        {"event":{"specversion":"1.0","id":"{{{id}}}","source":"gw","type":"ai","subject":"acme","time":"2026-11-24T06:00:00.123Z","data":{"tokens":0.10}},
         "ingestedAt":"2026-11-24T06:00:01Z","storedAt":"2026-11-24T06:00:02Z","validationError":{{{(error is null ? "null" : $"\"{error}\"")}}},"meters":[{{{meters}}}]}
        """;

    private IRenderedComponent<IComponent> Show(string query)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/events{query}");
        return Show<EventsPage>();
    }

    private async Task<IRenderedComponent<IComponent>> ListedAsync(string query, int rows)
    {
        var page = Show(query);
        await UntilAsync(() => page.FindAll(".grid tbody tr").Count == rows, "the list");
        return page;
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<IComponent> page, string text) =>
        page.FindAll("button").Single(button => button.TextContent.Trim() == text);
}
