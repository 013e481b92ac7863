using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>Whatever callers write comes back as they wrote it, and none of it stands in the text of a SQL command.</summary>
public sealed class InjectionTests(TestApi api)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed record World(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink);

    [Fact]
    public async Task Everything_WithSqlQuotesAndForeignScripts_ComesBackIntactAndOnlyInParameters()
    {
        var mark = Guid.NewGuid().ToString("N")[..12];
        var hostile = $"'; drop table meters;--{mark}\" \\ %_ $1 @p0 {{0}} $${mark}$$ \u202E\u0639\u0631\u0628\u064A \U0001F469\u200D\U0001F467\U0001F9E8";
        var commands = new ConcurrentBag<string>();
        using var listener = Observe(commands);
        await using var world = await TenantWithSink.OpenAsync(api, (client, sink) => new World(client, sink));

        await CreateMeterAsync(world.Client, hostile);
        await world.Sink.StoreAsync(EventOf(hostile));
        await AssertUsageAsync(world.Client, hostile);
        await AssertEventsAsync(world.Client, hostile);
        await AssertNamesAsync(world.Client, hostile);
        await AssertDimensionsAsync(world.Client, hostile);

        Assert.Contains(commands, text => text.Contains("from", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(commands, text => text.Contains(mark, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/api/v1/meters/m/query?subject=%00")]
    [InlineData("/api/v1/events?subject=%00")]
    [InlineData("/api/v1/events?id=%00&type=%00&source=%00")]
    [InlineData("/api/v1/customers?name=%00")]
    [InlineData("/api/v1/portal/tokens?subject=%00")]
    [InlineData("/api/v1/meters/m/query?groupBy=%00")]
    [InlineData("/api/v1/meters/m/query?filterGroupBy[d]=%00")]
    [InlineData("""/api/v1/meters/m/query?advancedMeterGroupByFilters={"d":{"$or":[{"$like":"\u0000"}]}}""")]
    [InlineData("""/api/v2/events?filter={"subject":{"$in":["\u0000"]}}""")]
    public async Task Get_TheCharacterThatNoTextCanHold_IsRefused(string path)
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var meter = await client.PostAsync(
            new Uri("/api/v1/meters", UriKind.Relative),
            Json.Content("""{"slug": "m", "eventType": "t", "aggregation": "COUNT", "groupBy": {"d": "$.d"}}"""), Token);

        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static ActivityListener Observe(ConcurrentBag<string> commands)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if ((activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is string text)
                    commands.Add(text);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static async Task CreateMeterAsync(HttpClient client, string hostile)
    {
        var definition = JsonSerializer.SerializeToElement(new
        {
            slug = "m", eventType = hostile, aggregation = "SUM", valueProperty = PathOf($"v{hostile}"), groupBy = new { d = PathOf($"d{hostile}") },
            name = hostile, description = hostile, metadata = new { note = hostile },
        });
        using var created = await client.PostAsync(new Uri("/api/v1/meters", UriKind.Relative), Json.Content(definition.GetRawText()), Token);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync(Token));
        var meter = await GetAsync(client, "/api/v1/meters/m");
        foreach (var field in (string[])["eventType", "valueProperty", "name", "description"])
            Assert.Equal(definition.Text(field), meter.Text(field));
        Assert.Equal(PathOf($"d{hostile}"), meter.GetProperty("groupBy").Text("d"));
        Assert.Equal(hostile, meter.GetProperty("metadata").Text("note"));
    }

    private static async Task AssertUsageAsync(HttpClient client, string hostile)
    {
        var text = Uri.EscapeDataString(hostile);
        var filter = Uri.EscapeDataString(JsonSerializer.Serialize(new { d = new Dictionary<string, object> { ["$eq"] = hostile, ["$in"] = new[] { hostile } } }));

        var usage = await GetAsync(client, $"/api/v1/meters/m/query?subject={text}&groupBy=d&filterGroupBy[d]={text}&advancedMeterGroupByFilters={filter}");

        var row = Assert.Single(usage.GetProperty("data").EnumerateArray());
        Assert.Equal((hostile, hostile, 2), (row.Text("subject"), row.GetProperty("groupBy").Text("d"), row.GetProperty("value").GetInt32()));
        Assert.Equal(hostile, Assert.Single((await GetAsync(client, "/api/v1/meters/m/subjects")).EnumerateArray()).GetString());
        Assert.Equal(hostile, Assert.Single((await GetAsync(client, "/api/v1/meters/m/group-by/d/values")).EnumerateArray()).GetString());
    }

    private static async Task AssertEventsAsync(HttpClient client, string hostile)
    {
        var text = Uri.EscapeDataString(hostile);
        var condition = new Dictionary<string, object> { ["$eq"] = hostile };
        var filter = Uri.EscapeDataString(JsonSerializer.Serialize(new { id = condition, subject = condition, type = condition }));

        var listed = Assert.Single((await GetAsync(client, $"/api/v1/events?id={text}&subject={text}&type={text}")).EnumerateArray());
        var filtered = Assert.Single((await GetAsync(client, $"/api/v2/events?filter={filter}")).GetProperty("items").EnumerateArray());

        using var sent = JsonDocument.Parse(EventOf(hostile));
        Assert.True(JsonElement.DeepEquals(sent.RootElement, listed.GetProperty("event")));
        Assert.True(JsonElement.DeepEquals(sent.RootElement, filtered.GetProperty("event")));
    }

    private static async Task AssertNamesAsync(HttpClient client, string hostile)
    {
        using var customer = await client.PostAsync(
            new Uri("/api/v1/customers", UriKind.Relative), Json.Content(JsonSerializer.Serialize(new { key = hostile, name = hostile })), Token);
        using var key = await client.PostAsync(
            new Uri("/api/v1/api-keys", UriKind.Relative), Json.Content(JsonSerializer.Serialize(new { name = hostile, scopes = new[] { "meters:read" } })), Token);
        using var subject = await client.PostAsync(
            new Uri("/api/v1/subjects", UriKind.Relative), Json.Content(JsonSerializer.Serialize(new[] { new { key = hostile, displayName = hostile, metadata = new { hostile } } })), Token);
        using var portal = await client.PostAsync(new Uri("/api/v1/portal/tokens", UriKind.Relative), Json.Content(JsonSerializer.Serialize(new { subject = hostile })), Token);
        var found = await GetAsync(client, $"/api/v1/customers?key={Uri.EscapeDataString(hostile)}&name={Uri.EscapeDataString(hostile)}");

        Assert.Equal(hostile, (await customer.ReadJsonAsync(Token)).Text("key"));
        Assert.Equal(hostile, (await key.ReadJsonAsync(Token)).GetProperty("apiKey").Text("name"));
        Assert.Equal(hostile, Assert.Single(found.GetProperty("items").EnumerateArray()).Text("name"));
        var known = (await subject.ReadJsonAsync(Token))[0];
        Assert.Equal((hostile, hostile, hostile), (known.Text("key"), known.Text("displayName"), known.GetProperty("metadata").Text("hostile")));
        Assert.Equal(hostile, (await GetAsync(client, $"/api/v1/subjects/{Uri.EscapeDataString(hostile)}")).Text("key"));
        Assert.Equal(hostile, Assert.Single((await GetAsync(client, $"/api/v1/portal/tokens?subject={Uri.EscapeDataString(hostile)}")).EnumerateArray()).Text("subject"));
        Assert.Equal(HttpStatusCode.OK, portal.StatusCode);
    }

    /// <summary>Their names are few characters: any other is refused where one is made, and unknown where one is asked for.</summary>
    private static async Task AssertDimensionsAsync(HttpClient client, string hostile)
    {
        var text = Uri.EscapeDataString(hostile);
        var filter = Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, object> { [hostile] = new Dictionary<string, object> { ["$eq"] = "x" } }));
        using var created = await client.PostAsync(
            new Uri("/api/v1/meters", UriKind.Relative), Json.Content(JsonSerializer.Serialize(new
            {
                slug = "other", eventType = "t", aggregation = "COUNT", groupBy = new Dictionary<string, string> { [hostile] = "$.d" },
            })), Token);
        using var asked = await client.GetAsync(
            new Uri($"/api/v1/meters/m/query?groupBy={text}&filterGroupBy[{text}]=x&advancedMeterGroupByFilters={filter}", UriKind.Relative), Token);
        using var values = await client.GetAsync(new Uri($"/api/v1/meters/m/group-by/{text}/values", UriKind.Relative), Token);

        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.NotFound], [created.StatusCode, asked.StatusCode, values.StatusCode]);
        var fields = (await asked.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray().Select(error => error.Text("field"));
        Assert.Equal(["groupBy", $"filterGroupBy[{hostile}]", $"advancedMeterGroupByFilters[{hostile}]"], fields);
    }

    private static string EventOf(string hostile) => JsonSerializer.Serialize(new
    {
        specversion = "1.0", id = hostile, source = "/injection", type = hostile, subject = hostile,
        data = new Dictionary<string, object> { [$"v{hostile}"] = 2, [$"d{hostile}"] = hostile },
    });

    private static string PathOf(string name) =>
        $"$['{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}']";

    private static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Token);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}");
        return await answer.ReadJsonAsync(Token);
    }
}
