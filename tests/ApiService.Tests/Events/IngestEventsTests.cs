using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>What POST /events takes, and what is there of it afterwards.</summary>
public sealed class IngestEventsTests(TestApi api)
{
    private const string One = "application/cloudevents+json";
    private const string Batch = "application/cloudevents-batch+json";
    private const int MaxBatch = 5_000, MaxEventBytes = 256 * 1024, MaxBodyBytes = 4 * 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Also "any parameters, any case".</summary>
    [Proves("application/json | one event or an array", "application/cloudevents+json | one event", "application/cloudevents-batch+json | array")]
    [Fact]
    public async Task Ingest_EachContentTypeWithParametersInAnyCase_IsTaken()
    {
        await using var tenant = await OpenAsync();

        await tenant.TakesAsync(Event("1"), "Application/CloudEvents+JSON; charset=UTF-8");
        await tenant.TakesAsync($"[{Event("2")}]", "APPLICATION/cloudevents-BATCH+json;x=y;z=\"1\"");
        await tenant.TakesAsync(Event("3"), "application/JSON; charset=utf-8");
        await tenant.TakesAsync($"[{Event("4")},{Event("5")}]", "application/json");
        await tenant.TakesAsync("[]", "application/json");

        Assert.Equal((5, 5), await tenant.ReceivedAndUnmatchedAsync());
    }

    [Proves("Fields: id, source (URI-reference), type, subject, specversion \"1.0\" required and non-empty", "subject: any non-empty text")]
    [Theory]
    [InlineData("id", "required")]
    [InlineData("source", "required")]
    [InlineData("type", "required")]
    [InlineData("subject", "required")]
    [InlineData("specversion", "invalid")]
    public async Task Ingest_FieldMissingNullOrEmpty_IsRefused(string field, string codeOfEmpty)
    {
        await using var tenant = await OpenAsync();
        foreach (var (fault, code) in ((Action<JsonObject>, string)[])
            [(sent => sent.Remove(field), "required"), (sent => sent[field] = null, "required"), (sent => sent[field] = "", codeOfEmpty)])
        {
            var sent = JsonNode.Parse(Event("1"))!.AsObject();
            fault(sent);

            Assert.Equal([$"{field} {code}"], await tenant.ErrorsAsync(sent.ToJsonString(), One));
        }
    }

    [Proves("time RFC 3339, absent or null = now")]
    [Fact]
    public async Task Ingest_WithoutTime_HappenedWhenItWasAccepted()
    {
        await using var tenant = await OpenAsync();
        await tenant.TakesAsync(Event("absent"), One);
        await tenant.TakesAsync(Event("null", "null"), One);
        await tenant.Sink.DrainAsync();

        foreach (var id in (string[])["absent", "null"])
        {
            var stored = (await tenant.GetAsync($"/api/v1/events/%2Fs/{id}")).GetProperty("stored");
            Assert.Equal(stored.Text("ingestedAt"), stored.Text("time"));
            Assert.InRange(stored.GetProperty("time").GetDateTimeOffset(), TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddSeconds(1));
        }
    }

    [Proves("A request is all or nothing on validation: 400 with validationErrors naming index and field")]
    [Fact]
    public async Task Ingest_OneFaultyEventAmongGoodOnes_TakesNone()
    {
        await using var tenant = await OpenAsync();

        Assert.Equal(["[1].time invalid"], await tenant.ErrorsAsync($"[{Event("1")},{Event("2", "\"now\"")},{Event("3")}]", Batch));

        Assert.Equal((0, 0), await tenant.ReceivedAndUnmatchedAsync());
    }

    [Proves("No meter is looked up while accepting: an event of an unknown type is stored, listed as unmatched")]
    [Fact]
    public async Task Ingest_TypeOfNoMeter_IsStoredAndListedAsUnmatched()
    {
        await using var tenant = await OpenAsync();
        await tenant.TakesAsync(Event("1"), One);

        Assert.Equal((1, 1), await tenant.ReceivedAndUnmatchedAsync());

        var listed = Assert.Single((await tenant.GetAsync("/api/v1/events")).EnumerateArray());
        Assert.Empty(listed.GetProperty("meters").EnumerateArray());
        Assert.Equal("unmatched", (await tenant.GetAsync("/api/v1/events/%2Fs/1")).Text("state"));
    }

    [Proves("No limit on late or future times inside the retention")]
    [Fact]
    public async Task Ingest_TimesLongAgoAndFarAhead_AreCounted()
    {
        await using var tenant = await OpenAsync();
        await tenant.CreateAsync("/api/v1/meters", """{"slug": "m", "eventType": "t", "aggregation": "COUNT"}""");
        await tenant.TakesAsync($"[{Event("1", "\"1901-02-03T04:05:06Z\"")},{Event("2", "\"2399-12-31T23:59:59Z\"")}]", Batch);
        await tenant.Sink.DrainAsync();

        var rows = (await tenant.GetAsync("/api/v1/meters/m/query?windowSize=MINUTE")).GetProperty("data").EnumerateArray();

        Assert.Equal(["1901-02-03T04:05:00Z 1", "2399-12-31T23:59:00Z 1"], rows.Select(row => $"{row.Text("windowStart")} {row.GetProperty("value")}"));
    }

    [Proves("items {event, customerId?, ingestedAt, storedAt, validationError?, meters: [slug…]}")]
    [Fact]
    public async Task List_Item_TellsWhatBecameOfTheEvent()
    {
        await using var tenant = await OpenAsync();
        foreach (var slug in (string[])["b", "a"])
            await tenant.CreateAsync("/api/v1/meters", $$"""{"slug": "{{slug}}", "eventType": "t", "aggregation": "COUNT"}""");
        await tenant.CreateAsync("/api/v1/meters", """{"slug": "sum", "eventType": "t", "aggregation": "SUM", "valueProperty": "$.n"}""");
        await tenant.CreateAsync("/api/v1/customers", """{"name": "c", "key": "acme"}""");
        await tenant.Sink.StoreAsync(Event("1"));

        var item = Assert.Single((await tenant.GetAsync("/api/v1/events")).EnumerateArray());

        Assert.Equal(["customerId", "event", "ingestedAt", "meters", "storedAt", "validationError"], item.EnumerateObject().Select(field => field.Name).Order());
        Assert.Equal(["a", "b"], item.GetProperty("meters").EnumerateArray().Select(slug => slug.GetString()));
        Assert.Contains("meter 'sum': no value at $.n", item.Text("validationError"), StringComparison.Ordinal);
    }

    [Proves("limit (1–1000, default 100)")]
    [Fact]
    public async Task List_Limit_IsAHundredUnlessAsked()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync([.. Enumerable.Range(0, 101).Select(i => Event($"{i}"))]);

        foreach (var (query, expected) in ((string, int)[])[("", 100), ("?limit=1000", 101), ("?limit=1", 1)])
            Assert.Equal(expected, (await tenant.GetAsync($"/api/v1/events{query}")).GetArrayLength());
    }

    [Proves("POST /events → 204, no body, once the broker has acknowledged every event of the request", "batch 5,000 events")]
    [Fact]
    public async Task Ingest_LargestBatch_IsInTheLogWhenItIsAnsweredAndOneMoreIsRefused()
    {
        await using var tenant = await OpenAsync();
        var events = Enumerable.Range(0, MaxBatch).Select(i => Event($"{i}")).ToList();

        await tenant.TakesAsync($"[{string.Join(',', events)}]", Batch);

        Assert.Equal((MaxBatch, MaxBatch), await tenant.ReceivedAndUnmatchedAsync());
        Assert.Equal(["body too_many"], await tenant.ErrorsAsync($"[{string.Join(',', events)},{Event("more")}]", Batch));
    }

    [Proves("event 256 KiB")]
    [Fact]
    public async Task Ingest_LargestEvent_IsTakenAndAByteMoreIsRefused()
    {
        await using var tenant = await OpenAsync();

        await tenant.TakesAsync(OfBytes(MaxEventBytes), One);

        Assert.Equal(["body too_long"], await tenant.ErrorsAsync(OfBytes(MaxEventBytes + 1), One));
    }

    [Proves("body 4 MiB (413)")]
    [Fact]
    public async Task Ingest_LargestBody_IsTakenAndAByteMoreIsRefused()
    {
        await using var tenant = await OpenAsync();

        // Asks first, and is told before it has sent it all.
        tenant.Client.DefaultRequestHeaders.ExpectContinue = true;

        await tenant.TakesAsync("[]".PadRight(MaxBodyBytes), Batch);

        using var refused = await tenant.PostAsync("[]".PadRight(MaxBodyBytes + 1), Batch);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    private static string Event(string id, string? time = null) =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"/s","type":"t","subject":"acme"{{(time is null ? "" : $",\"time\":{time}")}}}""";

    private static string OfBytes(int bytes)
    {
        var (start, end) = (Event("1")[..^1] + ",\"data\":{\"x\":\"", "\"}}");
        return start + new string('x', bytes - Encoding.UTF8.GetByteCount(start + end)) + end;
    }

    private Task<Tenant> OpenAsync() => TenantWithSink.OpenAsync(api, (client, sink) => new Tenant(client, sink));

    private sealed record Tenant(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink)
    {
        public Task<HttpResponseMessage> PostAsync(string body, string contentType) =>
            Client.PostAsync(new Uri("/api/v1/events", UriKind.Relative), Json.Content(body, contentType), Token);

        public async Task TakesAsync(string body, string contentType)
        {
            using var response = await PostAsync(body, contentType);
            var answer = await response.Content.ReadAsStringAsync(Token);
            Assert.True(response.StatusCode == HttpStatusCode.NoContent, $"{contentType}: {response.StatusCode} {answer}");
            Assert.Empty(answer);
        }

        /// <summary>"field code" of each.</summary>
        public async Task<string[]> ErrorsAsync(string body, string contentType)
        {
            using var response = await PostAsync(body, contentType);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            var errors = (await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray();
            return [.. errors.Select(error => $"{error.Text("field")} {error.Text("code")}")];
        }

        /// <summary>Of what stands in the log and was not taken from there before.</summary>
        public async Task<(long Received, long Unmatched)> ReceivedAndUnmatchedAsync()
        {
            var counts = (await Sink.DrainAsync()).Counts;
            return (counts.Received, counts.Unmatched);
        }

        public async Task<JsonElement> GetAsync(string path)
        {
            using var response = await Client.GetAsync(new Uri(path, UriKind.Relative), Token);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {response.StatusCode}");
            return await response.ReadJsonAsync(Token);
        }

        public async Task CreateAsync(string path, string body)
        {
            using var response = await Client.PostAsync(new Uri(path, UriKind.Relative), Json.Content(body), Token);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }
    }
}
