using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using CloudNative.Tests;
using Microsoft.Playwright;

namespace CloudNative.EndToEnd.Tests.Browser;

/// <summary>What a person sees while events arrive. Alone, because it follows one of them as a trace.</summary>
[Collection(Alone.Name)]
public sealed class LiveTests(SystemFixture system, ITestOutputHelper output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MeterPage_WhileEventsArrive_ShowsTheNewNumber()
    {
        using var api = system.CreateApiClient();
        await CreateMeterAsync(api, "live_tokens");
        await PostAsync(api, "live_tokens", 40.25m);
        await using var browser = await BrowserSession.OpenAsync(Address("/meters/live_tokens"));
        var total = browser.Page.Locator(".total");
        await Assertions.Expect(total).ToHaveTextAsync("40.25");

        var started = Stopwatch.GetTimestamp();
        await PostAsync(api, "live_tokens", 2m);
        await Assertions.Expect(total).ToHaveTextAsync("42.25");
        output.WriteLine($"Posted to visible in the browser: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");
    }

    [Fact]
    public async Task EventsPage_SendEvent_IsOneTraceThroughAllServicesAndShows()
    {
        using var api = system.CreateApiClient();
        await using var browser = await BrowserSession.OpenAsync(Address("/events?type=sent_by_hand"));
        // A page that was rendered on the server shows its buttons before its circuit is there: a click until then is lost.
        await Assertions.Expect(browser.Page.Locator(".state")).ToHaveTextAsync("Live");
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Send an event" }).ClickAsync();
        await browser.Page.Locator("#event-type").FillAsync("sent_by_hand");
        await browser.Page.Locator("#event-subject").FillAsync("acme");
        await browser.Page.Locator("#event-data").FillAsync("""{"tokens": 12.50}""");
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true }).ClickAsync();
        await Assertions.Expect(browser.Page.Locator("tbody tr")).ToContainTextAsync("acme");

        var stored = await api.GetFromJsonAsync<JsonElement>("/api/v1/events?type=sent_by_hand", Cancellation);
        Assert.Equal("12.50", stored[0].GetProperty("event").GetProperty("data").GetProperty("tokens").GetRawText());
        var trace = await Eventually.GetAsync(
            _ => Task.FromResult(system.Spans.Spans.GroupBy(span => span.TraceId).FirstOrDefault(IsOfAllServices)?.Key),
            traceId => traceId is not null,
            "one trace with a request of web, its reception in api and its database write in ingest", Deadline);
        output.WriteLine($"Trace {trace}");
    }

    private static bool IsOfAllServices(IEnumerable<Telemetry.CollectedSpan> trace)
    {
        var spans = trace.ToList();
        return spans.Exists(span => span is { Service: "web" })
            && spans.Exists(span => span is { Service: "api", Name: "send usage-events" })
            && spans.Exists(span => span is { Service: "ingest", Scope: "Npgsql" });
    }

    private Uri Address(string path) => new(system.App.GetEndpoint("web"), path);

    private static async Task CreateMeterAsync(HttpClient api, string slug)
    {
        using var created = await api.PostAsJsonAsync(
            "/api/v1/meters", new { slug, eventType = slug, aggregation = "SUM", valueProperty = "$.tokens" }, Cancellation);
        created.EnsureSuccessStatusCode();
    }

    private static async Task PostAsync(HttpClient api, string type, decimal tokens)
    {
        var usageEvent = new { specversion = "1.0", id = Guid.NewGuid(), source = "live-test", type, subject = "acme", data = new { tokens } };
        using var posted = await api.PostAsJsonAsync("/api/v1/events", usageEvent, Cancellation);
        posted.EnsureSuccessStatusCode();
    }
}
