using System.Net;
using System.Text.Json;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Meters;

public sealed class MeterLifeCycleTests(TestApi api)
{
    private const string Tokens = """
        {"slug": "tokens_total", "name": "Tokens", "description": "All of them", "eventType": "prompt", "aggregation": "SUM", "valueProperty": "$.tokens",
         "groupBy": {"type": "$['the type']", "model": "$.model"}, "metadata": {"team": "ai"}, "eventFrom": "2026-01-01T01:00:00.5+01:00"}
        """;

    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves(
        "ids are ULIDs", "UTC with Z out", "POST /meters | 201 + Location, ETag", "groupBy {name: JSONPath}, name, description, metadata, eventFrom",
        "Response adds id, createdAt, updatedAt, deletedAt?")]
    [Fact]
    public async Task Create_GoodDefinition_AnswersTheMeterWithItsLocation()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var response = await client.PostAsync(Meters, Json.Content(Tokens), Token);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var meter = await response.ReadJsonAsync(Token);
        Assert.Equal($"/api/v1/meters/{meter.Text("id")}", response.Headers.Location?.ToString());
        Assert.NotNull(response.Headers.ETag);
        Assert.True(Ulid.TryParse(meter.Text("id"), out _));
        Assert.Equal(("tokens_total", "SUM", "$.tokens"), (meter.Text("slug"), meter.Text("aggregation"), meter.Text("valueProperty")));
        Assert.Equal("""{"model":"$.model","type":"$['the type']"}""", Compact(meter.GetProperty("groupBy")));
        Assert.Equal("""{"team":"ai"}""", Compact(meter.GetProperty("metadata")));
        Assert.Equal("2026-01-01T00:00:00.5Z", meter.Text("eventFrom"));
        Assert.Equal(meter.Text("createdAt"), meter.Text("updatedAt"));
        Assert.False(meter.TryGetProperty("deletedAt", out _));
    }

    [Proves("GET /meters/{idOrSlug} | 200, 404")]
    [Fact]
    public async Task Get_ByIdAndBySlug_GivesWhatCreateAnswered()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var created = await client.PostAsync(Meters, Json.Content(Tokens), Token);
        var meter = await created.ReadJsonAsync(Token);

        foreach (var name in (string[])[meter.Text("id")!, "tokens_total"])
        {
            using var response = await client.GetAsync(new Uri($"/api/v1/meters/{name}", UriKind.Relative), Token);

            Assert.Equal(Compact(meter), Compact(await response.ReadJsonAsync(Token)));
            Assert.Equal(created.Headers.ETag, response.Headers.ETag);
        }
    }

    [Proves("409 for a taken slug", "extensions.conflictingEntityId")]
    [Fact]
    public async Task Create_TakenSlug_NamesTheOther()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var first = await client.PostAsync(Meters, Json.Content(Tokens), Token);

        using var second = await client.PostAsync(Meters, Json.Content(Tokens), Token);

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        var problem = await second.ReadJsonAsync(Token);
        Assert.Equal((await first.ReadJsonAsync(Token)).Text("id"), problem.GetProperty("extensions").Text("conflictingEntityId"));
    }

    [Fact]
    public async Task Create_ManyAtOnce_OneWins()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.PostAsync(Meters, Json.Content(Tokens), Token)));

        Assert.Equal(1, responses.Count(r => r.StatusCode == HttpStatusCode.Created));
        Assert.Equal(7, responses.Count(r => r.StatusCode == HttpStatusCode.Conflict));
    }

    [Proves("DELETE /meters/{idOrSlug} | 204", "includeDeleted", "Response adds id, createdAt, updatedAt, deletedAt?")]
    [Fact]
    public async Task Delete_Meter_FreesItsSlug()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var first = await client.PostAsync(Meters, Json.Content(Tokens), Token);
        var bySlug = new Uri("/api/v1/meters/tokens_total", UriKind.Relative);

        using var deleted = await client.DeleteAsync(bySlug, Token);
        using var again = await client.DeleteAsync(bySlug, Token);
        using var gone = await client.GetAsync(bySlug, Token);
        using var second = await client.PostAsync(Meters, Json.Content(Tokens), Token);

        Assert.Equal(
            [HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Created],
            [deleted.StatusCode, again.StatusCode, gone.StatusCode, second.StatusCode]);
        var all = await ListAsync(client, "?includeDeleted=true&orderBy=createdAt");
        Assert.Equal([true, false], all.Select(m => m.TryGetProperty("deletedAt", out _)));
        Assert.Single(await ListAsync(client, ""));
    }

    [Proves("GET /meters | bare array", "page, pageSize (1–1000), order")]
    [Fact]
    public async Task List_PagesInOrder_GivesEachMeterOnce()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        foreach (var slug in (string[])["b", "c", "a"])
        {
            using var created = await client.PostAsync(Meters, Json.Content($$"""{"slug": "{{slug}}", "eventType": "e", "aggregation": "COUNT"}"""), Token);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        Assert.Equal(["a", "b", "c"], Slugs(await ListAsync(client, "")));
        Assert.Equal(["a", "b"], Slugs(await ListAsync(client, "?pageSize=2")));
        Assert.Equal(["c"], Slugs(await ListAsync(client, "?pageSize=2&page=2")));
        Assert.Equal(["c", "b", "a"], Slugs(await ListAsync(client, "?order=DESC")));
        Assert.Equal(["a", "c", "b"], Slugs(await ListAsync(client, "?orderBy=createdAt&order=DESC")));
    }

    [Proves("orderBy (key,name,aggregation,createdAt,updatedAt)")]
    [Theory]
    [InlineData("key", "a,b,c")]
    [InlineData("name", "b,c,a")]
    [InlineData("aggregation", "c,b,a")]
    [InlineData("createdAt", "b,a,c")]
    [InlineData("updatedAt", "a,c,b")]
    public async Task List_OrderBy_IsTheOrder(string field, string slugs)
    {
        using var client = await api.CreateTenantClientAsync(Token);
        foreach (var (slug, name, aggregation) in ((string, string, string)[])[("b", "x", "MAX"), ("a", "z", "SUM"), ("c", "y", "AVG")])
        {
            using var created = await client.PostAsync(
                Meters, Json.Content($$"""{"slug": "{{slug}}", "name": "{{name}}", "eventType": "e", "aggregation": "{{aggregation}}", "valueProperty": "$.n"}"""), Token);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        using var edited = await client.PutAsync(new Uri("/api/v1/meters/b", UriKind.Relative), Json.Content("""{"name": "x"}"""), Token);

        Assert.Equal(slugs, string.Join(',', Slugs(await ListAsync(client, $"?orderBy={field}"))));
        Assert.Equal(string.Concat(slugs.Reverse()), string.Join(',', Slugs(await ListAsync(client, $"?orderBy={field}&order=DESC"))));
    }

    [Proves("events stay")]
    [Fact]
    public async Task Delete_MeterThatCounted_KeepsItsEvents()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        using var client = api.ClientOf(key);
        await using var sink = await SinkStandIn.OpenAsync(api, tenantId);
        using var created = await client.PostAsync(Meters, Json.Content(Tokens), Token);
        await sink.StoreAsync("""{"specversion":"1.0","id":"1","source":"/s","type":"prompt","subject":"acme","time":"2026-03-01T12:00:00Z","data":{"tokens":5}}""");

        using var deleted = await client.DeleteAsync(new Uri("/api/v1/meters/tokens_total", UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var events = await client.GetAsync(new Uri("/api/v1/events", UriKind.Relative), Token);
        Assert.Equal("1", Assert.Single((await events.ReadJsonAsync(Token)).EnumerateArray()).GetProperty("event").Text("id"));
    }

    [Fact]
    public async Task AnyCall_OtherTenantsMeter_IsNotFound()
    {
        using var owner = await api.CreateTenantClientAsync(Token);
        using var other = await api.CreateTenantClientAsync(Token);
        using var created = await owner.PostAsync(Meters, Json.Content(Tokens), Token);
        var byId = new Uri(created.Headers.Location!.ToString(), UriKind.Relative);

        using var got = await other.GetAsync(byId, Token);
        using var deleted = await other.DeleteAsync(byId, Token);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound], [got.StatusCode, deleted.StatusCode]);
        Assert.Empty(await ListAsync(other, "?includeDeleted=true"));
        Assert.Single(await ListAsync(owner, ""));
    }

    private static async Task<List<JsonElement>> ListAsync(HttpClient client, string query)
    {
        using var response = await client.GetAsync(new Uri($"/api/v1/meters{query}", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return [.. (await response.ReadJsonAsync(Token)).EnumerateArray()];
    }

    private static IEnumerable<string?> Slugs(IEnumerable<JsonElement> meters) => meters.Select(m => m.Text("slug"));

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element, CompactJson);

    private static readonly JsonSerializerOptions CompactJson = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
