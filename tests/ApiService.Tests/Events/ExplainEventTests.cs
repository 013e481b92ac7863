using System.Net;
using System.Text.Json;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>Every event says where it stands and why; every figure leads to exactly its events.</summary>
public sealed class ExplainEventTests(TestApi api)
{
    private const string Meter = """
        {"slug": "tokens", "eventType": "prompt", "aggregation": "SUM", "valueProperty": "$.n", "groupBy": {"model": "$.model"}}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_CountedEvent_TellsPlaceValueWindowAndDimensions()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync(Event("1", "/gateway", """{"n":2.50,"model":"a"}"""));

        var standing = await tenant.GetAsync("/api/v1/events/%2Fgateway/1");

        Assert.Equal(("/gateway", "1", "counted"), (standing.Text("source"), standing.Text("id"), standing.Text("state")));
        var stored = standing.GetProperty("stored");
        Assert.Equal(("2026-03-01T12:00:30Z", 0, 0), (stored.Text("ingestedAt"), stored.GetProperty("partition").GetInt32(), stored.GetProperty("offset").GetInt64()));
        var meter = Assert.Single(standing.GetProperty("meters").EnumerateArray());
        Assert.Equal("""
            "2.50" "2026-03-01T11:58:00Z" "2026-03-01T11:59:00Z" {"model":"a"}
            """.Trim(), $"\"{meter.GetProperty("value").GetRawText()}\" {meter.GetProperty("windowStart").GetRawText()} {meter.GetProperty("windowEnd").GetRawText()} {meter.GetProperty("groupBy").GetRawText()}");
    }

    [Proves("A value that is missing, null, not a number, NaN or infinite is stored and listed with its reason")]
    [Theory]
    [InlineData("""{"n":"many"}""", "the value at $.n is not a number")]
    [InlineData("""{"n":"NaN"}""", "the value at $.n is not a number")]
    [InlineData("""{"n":"-Infinity"}""", "the value at $.n is not a number")]
    [InlineData("""{"n":1e400}""", "the value at $.n is not a number")]
    [InlineData("""{"n":null}""", "no value at $.n")]
    [InlineData("""{}""", "no value at $.n")]
    public async Task Explain_EventThatNoMeterCounted_SaysWhy(string data, string reason)
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync(Event("1", "/gateway", data));

        var standing = await tenant.GetAsync("/api/v1/events/%2Fgateway/1");

        Assert.Equal("unmatched", standing.Text("state"));
        Assert.Contains(reason, Assert.Single(standing.GetProperty("meters").EnumerateArray()).Text("reason"), StringComparison.Ordinal);
        var listed = Assert.Single((await tenant.GetAsync("/api/v1/events")).EnumerateArray());
        Assert.Contains(reason, listed.Text("validationError"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_DeadLetter_TellsItsReasonAndId()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync("""{"id":"1","source":"/gateway"}""");

        var standing = await tenant.GetAsync("/api/v1/events/%2Fgateway/1");

        Assert.Equal("dead_letter", standing.Text("state"));
        var letter = Assert.Single(standing.GetProperty("deadLetters").EnumerateArray());
        Assert.Equal(("invalid_event", "open"), (letter.Text("reason"), letter.Text("state")));
        Assert.Equal(letter.Text("id"), (await tenant.GetAsync($"/api/v1/dead-letters/{letter.Text("id")}")).GetProperty("letter").Text("id"));
    }

    [Fact]
    public async Task Explain_UnknownEvent_IsNotFoundAndTellsOfTheLag()
    {
        await using var tenant = await OpenAsync();

        using var response = await tenant.Client.GetAsync(new Uri("/api/v1/events/a/b", UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var detail = (await response.ReadJsonAsync(Token)).Text("detail")!;
        Assert.Contains("No event with source 'a' and id 'b' is stored.", detail, StringComparison.Ordinal);
        Assert.Matches("wait in the log|still be on its way", detail);
    }

    [Theory]
    [InlineData("/a/b/", "x")]
    [InlineData("%2F", "%2f")]
    [InlineData("/", "/")]
    [InlineData("urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", "a b+c")]
    [InlineData("https://user@[::1]:8080/p/../q;v=1?x=y&z=%25%2F#f", "50%")]
    [InlineData("//host", "Ünï/→?#&=;,$@!*'()")]
    [InlineData("a%20b", "\\back\\slash")]
    [InlineData("...", "~")]
    public async Task Explain_OddNames_FindsExactlyTheEvent(string source, string id)
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync(Event(id, source, """{"n":1}"""), Event(id + "x", source, "{}"), Event(id, source + "x", "{}"));

        var standing = await tenant.GetAsync($"/api/v1/events/{Uri.EscapeDataString(source)}/{Uri.EscapeDataString(id)}?clientId=x");

        Assert.Equal((source, id, "counted"), (standing.Text("source"), standing.Text("id"), standing.Text("state")));
    }

    [Fact]
    public async Task List_OfAFigure_AddsUpToIt()
    {
        await using var tenant = await OpenAsync();
        var events = Enumerable.Range(0, 250).Select(i => Event(
            $"{i}", "/gateway", $$"""{"n":{{(i % 7 == 0 ? "\"none\"" : $"{i}.{i % 10}1")}},"model":"{{(i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "")}}"}""",
            i % 2 == 0 ? "acme" : "umbra", SinkStandIn.Noon.AddSeconds(-i).AddMilliseconds(123)));
        await tenant.Sink.StoreAsync([.. events]);

        // Ends inside minutes: every figure is of a half-open range, to the microsecond.
        foreach (var range in (string[])["from=2026-03-01T11:57:13.123Z&to=2026-03-01T11:59:30.123Z", "from=2026-03-01T11:58:00Z"])
        {
            var rows = (await tenant.GetAsync($"/api/v1/meters/tokens/query?{range}&groupBy=subject&groupBy=model")).GetProperty("data").EnumerateArray().ToList();
            Assert.Equal(6, rows.Count);
            foreach (var row in rows)
            {
                var model = row.GetProperty("groupBy").Text("model");
                var listed = await tenant.GetAsync(
                    $"/api/v1/events?meter=tokens&subject={row.Text("subject")}&filterGroupBy%5Bmodel%5D={model}&{range}&limit=1000");
                Assert.Equal(row.GetProperty("value").GetDecimal(), listed.EnumerateArray().Sum(found => found.GetProperty("value").GetDecimal()));
            }
        }
    }

    [Fact]
    public async Task List_OfAMeter_FillsTheListPastWhatItDidNotCount()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync([.. Enumerable.Range(0, 350).Select(i => Event($"{i}", "/a", i < 5 ? """{"n":1}""" : "{}", time: SinkStandIn.Noon.AddSeconds(i)))]);

        var listed = await tenant.GetAsync("/api/v1/events?meter=tokens&limit=3");

        Assert.Equal(["4", "3", "2"], listed.EnumerateArray().Select(found => found.GetProperty("event").Text("id")));
    }

    [Theory]
    [InlineData("meter=nothing", "meter unknown")]
    [InlineData("filterGroupBy[model]=a", "filterGroupBy invalid")]
    [InlineData("meter=tokens&filterGroupBy[colour]=a", "filterGroupBy[colour] unknown")]
    [InlineData("meter=tokens&filterGroupBy={\"model\":1}", "filterGroupBy invalid")]
    [InlineData("meter=tokens&filterGroupBy=model", "filterGroupBy invalid")]
    [InlineData("meter=tokens&filterGroupBY[colour]=a", "filterGroupBy[colour] unknown")]
    [InlineData("meter=tokens&filtergroupby=model", "filterGroupBy invalid")]
    public async Task List_FaultyFilter_IsRefused(string query, string error)
    {
        await using var tenant = await OpenAsync();

        using var response = await tenant.Client.GetAsync(new Uri($"/api/v1/events?{query}", UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var found = (await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray();
        Assert.Equal([error], found.Select(entry => $"{entry.Text("field")} {entry.Text("code")}"));
    }

    private static string Event(string id, string source, string data, string subject = "acme", DateTimeOffset? time = null) => $$"""
        {"specversion":"1.0","id":{{JsonSerializer.Serialize(id)}},"source":{{JsonSerializer.Serialize(source)}},"type":"prompt","subject":"{{subject}}",
         "time":"{{time ?? SinkStandIn.Noon.AddMinutes(-2):yyyy-MM-ddTHH:mm:ss.fffZ}}","data":{{data}}}
        """;

    private async Task<TenantWithMeter> OpenAsync()
    {
        var tenant = await TenantWithSink.OpenAsync(api, (client, sink) => new TenantWithMeter(client, sink));
        using var created = await tenant.Client.PostAsync(new Uri("/api/v1/meters", UriKind.Relative), Json.Content(Meter), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return tenant;
    }

    private sealed record TenantWithMeter(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink)
    {
        public async Task<JsonElement> GetAsync(string path)
        {
            using var response = await Client.GetAsync(new Uri(path, UriKind.Relative), Token);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync(Token)}");
            return await response.ReadJsonAsync(Token);
        }
    }
}
