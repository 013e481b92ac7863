using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CloudNative.Metering.Database;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.ApiService.Tests.Meters;

public sealed class EditMeterTests(TestApi api)
{
    private const string Tokens = """
        {"slug": "tokens", "name": "Tokens", "description": "All of them", "eventType": "prompt", "aggregation": "SUM", "valueProperty": "$.n",
         "groupBy": {"model": "$.model"}, "metadata": {"team": "ai"}}
        """;

    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);
    private static readonly Uri Meter = new("/api/v1/meters/tokens", UriKind.Relative);

    private sealed record World(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves("PUT /meters/{idOrSlug} | name, description, metadata, groupBy")]
    [Fact]
    public async Task Edit_AllThatCanBe_IsAnsweredAndKept()
    {
        using var client = await CreateAsync();

        using var edited = await EditAsync(client, """{"name": "T", "description": "D", "metadata": {"b": "2", "a": "1"}, "groupBy": {"model": "$.model", "region": "$['the region']"}}""");

        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
        var meter = await edited.ReadJsonAsync(Token);
        Assert.Equal(
            """tokens T D {"a":"1","b":"2"} {"model":"$.model","region":"$['the region']"}""",
            $"{meter.Text("slug")} {meter.Text("name")} {meter.Text("description")} {meter.GetProperty("metadata").GetRawText()} {meter.GetProperty("groupBy").GetRawText()}"
                .Replace("\\u0027", "'", StringComparison.Ordinal));
        Assert.True(meter.GetProperty("updatedAt").GetDateTimeOffset() > meter.GetProperty("createdAt").GetDateTimeOffset());
        using var read = await client.GetAsync(Meter, Token);
        Assert.Equal(meter.GetRawText(), (await read.ReadJsonAsync(Token)).GetRawText());
        Assert.Equal(edited.Headers.ETag, read.Headers.ETag);
    }

    [Fact]
    public async Task Edit_FieldsLeftOut_AreEmptyAfterwards()
    {
        using var client = await CreateAsync();

        using var edited = await EditAsync(client, "{}");

        var meter = await edited.ReadJsonAsync(Token);
        Assert.Equal([false, false, false], new[] { "name", "description", "metadata" }.Select(name => meter.TryGetProperty(name, out _)));
        Assert.Equal("{}", meter.GetProperty("groupBy").GetRawText());
    }

    [Proves("If-Match honoured (412)")]
    [Fact]
    public async Task Edit_TagOfBeforeAnotherEdit_IsRefusedAndChangesNothing()
    {
        using var client = await CreateAsync();
        using var first = await client.GetAsync(Meter, Token);
        using var second = await EditAsync(client, """{"name": "second"}""", first.Headers.ETag!.ToString());

        using var third = await EditAsync(client, """{"name": "third"}""", first.Headers.ETag!.ToString());

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], [second.StatusCode, third.StatusCode]);
        Assert.Equal("application/problem+json", third.Content.Headers.ContentType?.ToString());
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);
        Assert.Equal("second", (await (await client.GetAsync(Meter, Token)).ReadJsonAsync(Token)).Text("name"));
    }

    [Proves("If-Match honoured (412)")]
    [Theory]
    [InlineData("*", 200)]
    [InlineData("\"other\"", 412)]
    [InlineData("\"other\", TAG", 200)]
    [InlineData("W/TAG", 412)]
    [InlineData("other", 400)]
    [InlineData("", 400)]
    public async Task Edit_Condition_IsTakenByTheRulesOfHttp(string condition, int status)
    {
        using var client = await CreateAsync();
        using var read = await client.GetAsync(Meter, Token);

        using var edited = await EditAsync(client, """{"name": "new"}""", condition.Replace("TAG", read.Headers.ETag!.ToString(), StringComparison.Ordinal));

        Assert.Equal(status, (int)edited.StatusCode);
    }

    [Fact]
    public async Task Delete_TagOfBeforeAnEdit_IsRefused()
    {
        using var client = await CreateAsync();
        using var read = await client.GetAsync(Meter, Token);
        using var edited = await EditAsync(client, """{"name": "new"}""");

        using var refused = await DeleteAsync(client, read.Headers.ETag!);
        using var deleted = await DeleteAsync(client, edited.Headers.ETag!);

        Assert.Equal([HttpStatusCode.PreconditionFailed, HttpStatusCode.NoContent], [refused.StatusCode, deleted.StatusCode]);
    }

    [Fact]
    public async Task Edit_ManyAtOnceWithoutCondition_AllAreMadeOneAfterTheOther()
    {
        using var client = await CreateAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => EditAsync(client, $$"""{"name": "{{i}}", "groupBy": {"d{{i}}": "$.d"} }""")));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(4, responses.Select(response => response.Headers.ETag).Distinct().Count());
    }

    [Fact]
    public async Task Edit_ManyAtOnceWithTheSameTag_OneWins()
    {
        using var client = await CreateAsync();
        using var read = await client.GetAsync(Meter, Token);

        var responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => EditAsync(client, $$"""{"name": "{{i}}"}""", read.Headers.ETag!.ToString())));

        Assert.Equal([200, 412, 412, 412], responses.Select(response => (int)response.StatusCode).Order());
    }

    [Fact]
    public async Task Edit_OtherTenantsMeter_IsNotFound()
    {
        using var owner = await CreateAsync();
        using var other = await api.CreateTenantClientAsync(Token);
        var id = (await (await owner.GetAsync(Meter, Token)).ReadJsonAsync(Token)).Text("id");

        using var edited = await other.PutAsync(new Uri($"{Meters}/{id}", UriKind.Relative), Json.Content("{}"), Token);

        Assert.Equal(HttpStatusCode.NotFound, edited.StatusCode);
    }

    [Proves("a changed groupBy recounts")]
    [Fact]
    public async Task Edit_GroupBy_ShowsARecountAndKeepsTheTotal()
    {
        await using var world = await OpenAsync();
        var client = world.Client;

        using var edited = await EditAsync(client, """{"groupBy": {"region": "$.region"}}""");

        Assert.Equal("PENDING", (await GetAsync(client, "/backfill")).Text("state"));
        var total = await GetAsync(client, "/query");
        Assert.Equal("2.5", Assert.Single(total.GetProperty("data").EnumerateArray()).GetProperty("value").GetRawText());
        Assert.False(total.TryGetProperty("incomplete", out _));
        Assert.True((await GetAsync(client, "/query?groupBy=region")).GetProperty("incomplete").GetBoolean());
        var listed = Assert.Single((await GetAsync(client, "/../../events")).EnumerateArray());
        Assert.Equal("tokens", Assert.Single(listed.GetProperty("meters").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Edit_GroupByOfAMeterWhoseFirstEventsAreGone_IsAConflictThatSaysWhy()
    {
        await using var world = await OpenAsync();
        // As if it had counted from a segment before the oldest that is stored: a real one can't be dropped under the tests beside this one.
        await using var database = NpgsqlDataSource.Create(api.Database);
        await using var older = database.CreateCommand("update meter_backfills set first_segment = 0 where meter_id = @meter");
        older.Parameters.AddWithValue("meter", Ulid.Parse((await GetAsync(world.Client, "")).Text("id")!).ToUuid());
        Assert.Equal(1, await older.ExecuteNonQueryAsync(Token));

        using var refused = await EditAsync(world.Client, """{"groupBy": {"region": "$.region"}}""");
        using var named = await EditAsync(world.Client, """{"name": "T", "groupBy": {"model": "$.model"}}""");

        Assert.Equal([HttpStatusCode.Conflict, HttpStatusCode.OK], [refused.StatusCode, named.StatusCode]);
        Assert.Contains("outlived their retention", (await refused.ReadJsonAsync(Token)).Text("detail"), StringComparison.Ordinal);
        Assert.Equal("2.5", await ValueAsync(world.Client, "?groupBy=model"));
    }

    [Fact]
    public async Task Query_MeterThatWasAskedBefore_IsAnsweredAsItIsNow()
    {
        await using var world = await OpenAsync();
        var client = world.Client;
        Assert.Equal("2.5", await ValueAsync(client, "?groupBy=model"));

        using var edited = await EditAsync(client, """{"groupBy": {"region": "$.region"}}""");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, "?groupBy=region"));
        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(client, "?groupBy=model"));

        using var deleted = await client.DeleteAsync(Meter, Token);
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(client, ""));

        using var second = await client.PostAsync(Meters, Json.Content("""{"slug": "tokens", "eventType": "other", "aggregation": "COUNT"}"""), Token);
        Assert.Equal("0", await ValueAsync(client, ""));
    }

    private static async Task<string> ValueAsync(HttpClient client, string query) =>
        Assert.Single((await GetAsync(client, $"/query{query}")).GetProperty("data").EnumerateArray()).GetProperty("value").GetRawText();

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, string query)
    {
        using var response = await client.GetAsync(new Uri($"{Meter}/query{query}", UriKind.Relative), Token);
        return response.StatusCode;
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri($"{Meter}{path}", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.ReadJsonAsync(Token);
    }

    /// <summary>A tenant with the meter, and an event that it counts.</summary>
    private async Task<World> OpenAsync()
    {
        var world = await TenantWithSink.OpenAsync(api, (client, sink) => new World(client, sink));
        using var created = await world.Client.PostAsync(Meters, Json.Content(Tokens), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        await world.Sink.StoreAsync("""{"specversion":"1.0","id":"1","source":"/s","type":"prompt","subject":"acme","data":{"n":2.5,"model":"a","region":"eu"}}""");
        return world;
    }

    private async Task<HttpClient> CreateAsync()
    {
        var client = await api.CreateTenantClientAsync(Token);
        using var created = await client.PostAsync(Meters, Json.Content(Tokens), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return client;
    }

    private static async Task<HttpResponseMessage> EditAsync(HttpClient client, string body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Meter) { Content = Json.Content(body) };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await client.SendAsync(request, Token);
    }

    private static async Task<HttpResponseMessage> DeleteAsync(HttpClient client, EntityTagHeaderValue ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, Meter) { Headers = { IfMatch = { ifMatch } } };
        return await client.SendAsync(request, Token);
    }
}
