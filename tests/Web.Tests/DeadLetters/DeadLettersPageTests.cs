using System.Net;
using Bunit;
using CloudNative.Web.DeadLetters;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Web.Tests.DeadLetters;

public sealed class DeadLettersPageTests : WebContext
{
    private const string List = "GET /api/v1/dead-letters";
    private const string Get = "GET /api/v1/dead-letters/01A";
    private const string Repair = "PUT /api/v1/dead-letters/01A/repair";
    private const string Replay = "POST /api/v1/dead-letters/replay";
    private const string Discard = "POST /api/v1/dead-letters/01A/discard";

    public DeadLettersPageTests() => Api
        .On(List, $$"""{"items":[{{Item("01A", "open")}},{{Item("01B", "replayed")}}]}""")
        .On(Get, Detail("open"));

    [Fact]
    public async Task Render_Letters_ShowsWhyAndWhere()
    {
        var page = await ListedAsync("?state=open");

        var row = page.FindAll("tbody tr")[0];
        Assert.Equal($"{List}?state=open&limit=50", Api.Requests[0]);
        Assert.Contains("2026-11-24 06:00:01", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("invalid event type: Is required.", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("partition 3, offset 17", row.TextContent, StringComparison.Ordinal);
        Assert.False(row.QuerySelector("input")!.HasAttribute("disabled"));
        Assert.True(page.FindAll("tbody tr")[1].QuerySelector("input")!.HasAttribute("disabled"));
    }

    [Fact]
    public async Task Replay_Selection_IsConfirmedAndTellsWhatWasRefused()
    {
        Api.On(Replay, """{"items":[{"id":"01A","replayed":false,"refusal":"Must be repaired first."}]}""");
        var page = await ListedAsync("");
        page.FindAll("tbody input")[0].Change(true);

        // Not awaited: the click's handler ends with the dialog.
        Button(page, "Replay 1 selected").Click();
        await UntilAsync(() => page.Markup.Contains("1 events go on the log again", StringComparison.Ordinal), "the confirmation");
        Assert.Equal(0, Api.Count(Replay));
        Button(page, "Replay").Click();

        await UntilAsync(() => page.Markup.Contains("0 replayed. 1 not: Must be repaired first.", StringComparison.Ordinal), "the outcome");
        Assert.Contains("""{"ids":["01A"]}""", Api.Bodies);
    }

    [Fact]
    public async Task Replay_Cancelled_ReplaysNothing()
    {
        var page = await ListedAsync("");
        page.FindAll("tbody input")[0].Change(true);
        Button(page, "Replay 1 selected").Click();
        await UntilAsync(() => page.Markup.Contains("1 events go on the log again", StringComparison.Ordinal), "the confirmation");

        Button(page, "Cancel").Click();

        await PassAsync();
        Assert.Equal(0, Api.Count(Replay));
    }

    [Fact]
    public async Task Repair_FaultyEvent_ShowsEveryError()
    {
        Api.Problem(Repair, HttpStatusCode.BadRequest, "2 errors", ("type", "Is required."), ("id", "Must not be empty."));
        var page = await InspectedAsync();

        page.Find("#corrected-event").Change("""{"id":""}""");
        await Button(page, "Save").ClickAsync();

        await UntilAsync(() => page.FindAll(".errors li").Count == 2, "the errors");
        Assert.Equal(["type Is required.", "id Must not be empty."], page.FindAll(".errors li").Select(item => item.TextContent));
        Assert.Contains("""{"id":""}""", Api.Bodies);
    }

    [Fact]
    public async Task Replay_AfterAChange_SavesFirst()
    {
        Api.On(Repair, Detail("repaired")).On(Replay, """{"items":[{"id":"01A","replayed":true}]}""");
        var page = await InspectedAsync();
        page.Find("#corrected-event").Change("{}");

        Button(page, "Save and replay").Click();
        await UntilAsync(() => page.Markup.Contains("goes on the log again", StringComparison.Ordinal), "the confirmation");
        Button(page, "Replay").Click();

        await UntilAsync(() => page.FindAll("#corrected-event").Count == 0, "the dialog closed");
        Assert.Equal([Repair, Replay], Api.Requests.Where(asked => !asked.StartsWith("GET", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Discard_WithAReason_IsAskedForAndSent()
    {
        Api.On(Discard, Detail("discarded"));
        var page = await InspectedAsync();

        await Button(page, "Discard").ClickAsync();
        Assert.True(Button(page, "Discard for good").HasAttribute("disabled"));
        page.Find("#discard-reason").Input("a test");
        await Button(page, "Discard for good").ClickAsync();

        await UntilAsync(() => Api.Count(Discard) == 1, "the request");
        Assert.Contains("""{"reason":"a test"}""", Api.Bodies);
    }

    [Fact]
    public async Task Inspect_DecidedLetter_OffersNothingButClosing()
    {
        Api.On(Get, Detail("replayed"));
        var page = await ListedAsync("");
        page.FindAll("tbody button")[0].Click();

        await UntilAsync(() => page.FindAll(".bytes").Count == 1, "the letter");

        Assert.Empty(page.FindAll("#corrected-event"));
        Assert.Contains("repaired 2026-11-24 06:10:00 UTC", page.Find(".history").TextContent, StringComparison.Ordinal);
        Assert.Equal("""{"id":"1"}""", page.Find(".bytes").TextContent);
    }

    private static string Item(string id, string state) => $$"""
        {"id":"{{id}}","state":"{{state}}","reason":"invalid_event","detail":"type: Is required.","partition":3,"offset":17,
         "ingestedAt":"2026-11-24T06:00:01Z","storedAt":"2026-11-24T06:00:02Z","bytes":10}
        """;

    private static string Detail(string state) => $$"""
        {"letter":{{Item("01A", state)}},"text":"{\"id\":\"1\"}","base64":"e30=",
         "history":[{"id":"01H","at":"2026-11-24T06:10:00Z","apiKeyId":"01K","action":"dead_letter.repaired","targetId":"01A","before":{ },"after":{ } }]}
        """;

    private async Task<IRenderedComponent<IComponent>> ListedAsync(string query)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/dead-letters{query}");
        var page = Show<DeadLettersPage>();
        await UntilAsync(() => page.FindAll("tbody tr").Count == 2, "the list");
        return page;
    }

    private async Task<IRenderedComponent<IComponent>> InspectedAsync()
    {
        var page = await ListedAsync("");
        page.FindAll("tbody button")[0].Click();
        await UntilAsync(() => page.FindAll("#corrected-event").Count == 1, "the editor");
        return page;
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<IComponent> page, string text) =>
        page.FindAll("button").Last(button => button.TextContent.Trim() == text);
}
