using System.Net;
using System.Text.Json;
using Bunit;
using CloudNative.Web.Events;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Tests.Events;

public sealed class SendEventDialogTests : WebContext
{
    private const string Post = "POST /api/v1/events";

    [Fact]
    public async Task Send_Accepted_ClosesAndListsAnew()
    {
        var page = await OpenAsync();
        Fill(page, "llm.tokens", "acme", """{"tokens": 1.50}""");
        Api.On(Post, _ => new HttpResponseMessage(HttpStatusCode.NoContent));

        page.Find("form#send-event").Submit();

        await UntilAsync(() => page.FindAll("form#send-event").Count == 0, "the dialog closed");
        Assert.Equal(1, Api.Count(Post));
    }

    [Fact]
    public async Task Send_DataThatIsNotJson_SaysWhereAndSendsNothing()
    {
        var page = await OpenAsync();
        Fill(page, "llm.tokens", "acme", "{\"tokens\": }");

        page.Find("form#send-event").Submit();

        await UntilAsync(() => page.Markup.Contains("Not JSON: line 1", StringComparison.Ordinal), "the data's error");
        Assert.Equal(0, Api.Count(Post));
    }

    [Fact]
    public void ToCloudEvent_TextThatLooksLikeJson_StaysInItsField()
    {
        var draft = new EventDraft { Type = "t\",\"id\":\"x", Subject = "ac\"me", Data = """{"tokens": 1.50}""" };

        using var cloudEvent = JsonDocument.Parse(draft.ToCloudEvent(out _)!);

        Assert.Equal("t\",\"id\":\"x", cloudEvent.RootElement.GetProperty("type").GetString());
        Assert.Equal("1.50", cloudEvent.RootElement.GetProperty("data").GetProperty("tokens").GetRawText());
    }

    [Fact]
    public void ToCloudEvent_SentAgain_HasTheSameId()
    {
        var draft = new EventDraft { Type = "t", Subject = "s" };

        Assert.Equal(draft.ToCloudEvent(out _), draft.ToCloudEvent(out _));
    }

    private async Task<IRenderedComponent<IComponent>> OpenAsync()
    {
        Api.On("GET /api/v1/events", "[]");
        var page = Show<EventsPage>();
        await UntilAsync(() => page.Markup.Contains("No event yet", StringComparison.Ordinal), "the page");
        // Not awaited: the click's handler ends with the dialog.
        page.FindAll("button").Single(button => button.TextContent.Contains("Send an event", StringComparison.Ordinal)).Click();
        await UntilAsync(() => page.FindAll("form#send-event").Count == 1, "the dialog");
        return page;
    }

    private static void Fill(IRenderedComponent<IComponent> page, string type, string subject, string data)
    {
        page.Find("#event-type").Change(type);
        page.Find("#event-subject").Change(subject);
        page.Find("#event-data").Change(data);
    }
}
