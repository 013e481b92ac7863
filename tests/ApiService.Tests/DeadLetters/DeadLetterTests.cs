using System.Net;
using System.Text;
using System.Text.Json;
using CloudNative.Metering.Audit;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ApiService.Tests.DeadLetters;

/// <summary>What could not be counted is seen, repaired and counted once.</summary>
public sealed class DeadLetterTests(TestApi api)
{
    private const string NoType = """{"specversion":"1.0","id":"1","source":"/a","subject":"acme","data":{"n":2.50}}""";
    private const string Good = """{"specversion":"1.0","id":"1","source":"/a","type":"t","subject":"acme","data":{"n":2.50}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_LettersOfTwoTenants_ShowsOnlyTheOwnNewestFirst()
    {
        await using var mine = await OpenAsync();
        await using var others = await OpenAsync();
        await mine.Sink.StoreAsync("first");
        await mine.Sink.StoreAsync("second");
        await others.Sink.StoreAsync("theirs");

        var page = await mine.GetAsync("/api/v1/dead-letters?limit=1&state=open&reason=invalid_event&from=2026-03-01T12:00:00Z&to=2026-03-01T12:01:00Z");
        var next = await mine.GetAsync($"/api/v1/dead-letters?limit=1&cursor={page.Text("nextCursor")}");

        Assert.Equal([1, 0], new[] { page, next }.Select(part => Assert.Single(part.GetProperty("items").EnumerateArray()).GetProperty("offset").GetInt64()));
        Assert.False(next.TryGetProperty("nextCursor", out _));
        Assert.Empty((await mine.GetAsync("/api/v1/dead-letters?to=2026-03-01T12:00:00Z")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Get_BytesThatAreNoText_GivesThemAsBase64Only()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync(SinkStandIn.Noon, [0xFF, 0x00]);

        var letter = await tenant.GetAsync($"/api/v1/dead-letters/{await tenant.NewestIdAsync()}");

        Assert.Equal("/wA=", letter.Text("base64"));
        Assert.False(letter.TryGetProperty("text", out _));
        Assert.Equal("open", letter.GetProperty("letter").Text("state"));
    }

    [Fact]
    public async Task Get_AnotherTenantsLetter_IsNotFound()
    {
        await using var mine = await OpenAsync();
        await using var others = await OpenAsync();
        await mine.Sink.StoreAsync("x");
        var id = await mine.NewestIdAsync();

        foreach (var (method, path) in new[] { ("GET", ""), ("PUT", "/repair"), ("POST", "/replay"), ("POST", "/discard") })
        {
            var body = path == "/discard" ? """{"reason":"r"}""" : Good;
            using var response = await others.SendAsync(method, $"/api/v1/dead-letters/{id}{path}", method == "GET" ? null : body);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task Replay_RepairedLetterTwice_PublishesItOnceAndKeepsTheBooks()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync(NoType);
        var path = $"/api/v1/dead-letters/{await tenant.NewestIdAsync()}";

        using (var early = await tenant.SendAsync("POST", path + "/replay"))
            Assert.Equal(HttpStatusCode.BadRequest, early.StatusCode);
        using (var repaired = await tenant.SendAsync("PUT", path + "/repair", Good))
            Assert.Equal("repaired", (await repaired.ReadJsonAsync(Token)).GetProperty("letter").Text("state"));
        for (var i = 0; i < 2; i++)
        {
            using var replayed = await tenant.SendAsync("POST", path + "/replay");
            Assert.Equal(HttpStatusCode.OK, replayed.StatusCode);
        }

        var result = await tenant.Sink.DrainAsync();

        Assert.Equal((1, 1, 0, 0), (result.Counts.Received, result.Counts.Unmatched, result.Counts.Duplicates, result.Counts.DeadLettered));
        var stored = Assert.Single((await tenant.GetAsync("/api/v1/events")).EnumerateArray());
        Assert.Equal("2026-03-01T12:00:30Z", stored.GetProperty("event").Text("time"));
        Assert.Equal("2.50", stored.GetProperty("event").GetProperty("data").GetProperty("n").GetRawText());
        var letter = await tenant.GetAsync(path);
        Assert.Equal(NoType, letter.Text("text"));
        Assert.Equal(
            ["dead_letter.replayed", "dead_letter.repaired"],
            letter.GetProperty("history").EnumerateArray().Select(entry => entry.Text("action")));
    }

    [Fact]
    public async Task Replay_Selection_ReplaysThoseThatCanBe()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync(NoType);
        var broken = await tenant.NewestIdAsync();
        await tenant.Sink.StoreAsync("later repaired");
        var repaired = await tenant.NewestIdAsync();
        using (await tenant.SendAsync("PUT", $"/api/v1/dead-letters/{repaired}/repair", Good))
        {
        }

        using var response = await tenant.SendAsync("POST", "/api/v1/dead-letters/replay", $$"""{"ids":["{{broken}}","{{repaired}}","nothing"]}""");

        var items = (await response.ReadJsonAsync(Token)).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal([false, true, false], items.Select(item => item.GetProperty("replayed").GetBoolean()));
        Assert.Contains("Must be repaired first: type", items[0].Text("refusal"), StringComparison.Ordinal);
        Assert.Equal(1, (await tenant.Sink.DrainAsync()).Counts.Unmatched);
    }

    [Fact]
    public async Task Replay_BrokerAway_Is503AndTheLetterStaysOpen()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync("x");
        var path = $"/api/v1/dead-letters/{await tenant.NewestIdAsync()}";
        using (await tenant.SendAsync("PUT", path + "/repair", Good))
        {
        }

        await using var factory = api.Another(kafka: "127.0.0.1:1");
        using var client = factory.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", tenant.Key);
        using var response = await client.PostAsync(new Uri(path + "/replay", UriKind.Relative), null, Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("repaired", (await tenant.GetAsync(path)).GetProperty("letter").Text("state"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RecordReplay_RepairedSinceItWasRead_LeavesTheNewEventToBeReplayed(bool wasRepairedBefore)
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync(NoType);
        var id = Ulid.Parse(await tenant.NewestIdAsync());
        var actor = new Actor(tenant.TenantId, Ulid.NewUlid());
        var desk = api.Services.GetRequiredService<DeadLetterDesk>();
        if (wasRepairedBefore)
            await desk.RepairAsync(actor, id, Event(Good), Token);
        var published = Assert.Single(await api.Services.GetRequiredService<DeadLetterList>().FindAsync(tenant.TenantId, [id], Token));
        await desk.RepairAsync(actor, id, Event(Good.Replace("2.50", "3", StringComparison.Ordinal)), Token);

        var change = await desk.RecordReplayAsync(actor, published, Token);

        Assert.Equal((false, DeadLetterState.Repaired), (change.IsAllowed, change.Letter?.State));
        using var replayed = await tenant.SendAsync("POST", $"/api/v1/dead-letters/{id}/replay");
        Assert.Equal(HttpStatusCode.OK, replayed.StatusCode);
        await tenant.Sink.DrainAsync();
        var stored = Assert.Single((await tenant.GetAsync("/api/v1/events")).EnumerateArray());
        Assert.Equal("3", stored.GetProperty("event").GetProperty("data").GetProperty("n").GetRawText());

        static UsageEvent Event(string json) => UsageEventReader.Read(Encoding.UTF8.GetBytes(json), EventBody.One, new List<FieldError>())[0];
    }

    [Fact]
    public async Task Repair_FaultyEvent_ListsEveryErrorAndChangesNothing()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync("x");
        var path = $"/api/v1/dead-letters/{await tenant.NewestIdAsync()}";

        using var response = await tenant.SendAsync("PUT", path + "/repair", """{"specversion":"1.0","id":"","source":"/a","subject":"s"}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var errors = (await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray();
        Assert.Equal(["id required", "type required"], errors.Select(error => $"{error.Text("field")} {error.Text("code")}"));
        Assert.Equal("open", (await tenant.GetAsync(path)).GetProperty("letter").Text("state"));
    }

    [Fact]
    public async Task Discard_Letter_IsFinalAndAudited()
    {
        await using var tenant = await OpenAsync();
        await tenant.Sink.StoreAsync(NoType);
        var id = await tenant.NewestIdAsync();
        var path = $"/api/v1/dead-letters/{id}";

        using (var nothing = await tenant.SendAsync("POST", path + "/discard", """{"reason":" "}"""))
            Assert.Equal(HttpStatusCode.BadRequest, nothing.StatusCode);
        using (var discarded = await tenant.SendAsync("POST", path + "/discard", """{"reason":"a test event"}"""))
            Assert.Equal("a test event", (await discarded.ReadJsonAsync(Token)).Text("discardReason"));

        foreach (var (method, action, body) in new[] { ("POST", "discard", """{"reason":"again"}"""), ("POST", "replay", null), ("PUT", "repair", Good) })
        {
            using var refused = await tenant.SendAsync(method, $"{path}/{action}", body);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }

        var entry = Assert.Single((await tenant.GetAsync($"/api/v1/audit?targetId={id}")).GetProperty("items").EnumerateArray());
        Assert.Equal(("dead_letter.discarded", id), (entry.Text("action"), entry.Text("targetId")));
        Assert.Equal("""{"state":"open"} {"state":"discarded","reason":"a test event"}""", $"{entry.GetProperty("before").GetRawText()} {entry.GetProperty("after").GetRawText()}");
    }

    private async Task<LettersOfTenant> OpenAsync()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        return new LettersOfTenant(api.ClientOf(key), key, tenantId, await SinkStandIn.OpenAsync(api, tenantId));
    }

    private sealed record LettersOfTenant(HttpClient Client, string Key, Ulid TenantId, SinkStandIn Sink) : TenantWithSink(Client, Sink)
    {
        public async Task<JsonElement> GetAsync(string path)
        {
            using var response = await Client.GetAsync(new Uri(path, UriKind.Relative), Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return await response.ReadJsonAsync(Token);
        }

        public async Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : Json.Content(body) };
            return await Client.SendAsync(request, Token);
        }

        public async Task<string> NewestIdAsync() =>
            (await GetAsync("/api/v1/dead-letters?limit=1")).GetProperty("items").EnumerateArray().Single().Text("id")!;
    }
}
