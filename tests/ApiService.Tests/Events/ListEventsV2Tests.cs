using System.Net;
using System.Text.Json;
using CloudNative.Metering.Events;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Events;

public sealed class ListEventsV2Tests(TestApi api)
{
    private const string Path = "/api/v2/events";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves("GET /api/v2/events → {items, nextCursor?} with cursor, limit, filter")]
    [Fact]
    public async Task List_PageByPage_GivesEachEventOnceWhateverComesInMeanwhile()
    {
        await using var tenant = await OpenAsync();

        // Three share a time, and two pages end among them.
        await tenant.StoreAsync(("1", 10), ("2", 20), ("3", 20), ("4", 20), ("5", 30));
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await tenant.GetAsync($"{Path}?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(Ids(page));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
            await tenant.StoreAsync(($"new-{seen.Count}", 40));
        }
        while (cursor is not null);

        Assert.Equal("5", seen[0]);
        Assert.Equal("1", seen[^1]);
        Assert.Equal(["1", "2", "3", "4", "5"], seen.Order());
    }

    [Fact]
    public async Task List_AsManyAsTheLimit_HasNoNextPage()
    {
        await using var tenant = await OpenAsync();
        await tenant.StoreAsync(("1", 10), ("2", 20));

        Assert.False((await tenant.GetAsync($"{Path}?limit=2")).TryGetProperty("nextCursor", out _));
        Assert.True((await tenant.GetAsync($"{Path}?limit=1")).TryGetProperty("nextCursor", out _));
    }

    [Proves("with cursor, limit, filter")]
    [Theory]
    [InlineData("""{"id":{"$eq":"2"}}""", "2")]
    [InlineData("""{"id":{"$in":["1","3"]}}""", "1,3")]
    [InlineData("""{"id":{"$gt":"1","$lte":"3"}}""", "2,3")]
    [InlineData("""{"id":{"$nin":["1"]},"type":{"$eq":"prompt"}}""", "2,3,a'b;--%")]
    [InlineData("""{"id":{"$or":[{"$eq":"1"},{"$like":"a'b;--\\%"}]}}""", "1,a'b;--%")]
    [InlineData("""{"subject":{"$ilike":"AC_E"},"source":{"$ne":"/other"}}""", "1,2,3,a'b;--%")]
    [InlineData("""{"subject":{"$eq":"nobody"}}""", "")]
    [InlineData("""{"time":{"$gt":"2026-03-01T12:00:10Z","$lte":"2026-03-01T12:00:30Z"}}""", "2,3")]
    [InlineData("""{"time":{"$gte":"2026-03-01T12:00:10Z","$lt":"2026-03-01T12:00:30Z"}}""", "1,2")]
    [InlineData("""{"ingestedAt":{"$lt":"2026-03-01T12:00:30Z"}}""", "")]
    [InlineData("""{"ingestedAt":{"$gte":"2026-03-01T12:00:30Z"}}""", "1,2,3,a'b;--%")]
    public async Task List_Filtered_GivesTheEventsThatMeetEachCondition(string filter, string expected)
    {
        await using var tenant = await OpenAsync();
        await tenant.StoreAsync(("1", 10), ("2", 20), ("3", 30), ("a'b;--%", 40));

        var page = await tenant.GetAsync($"{Path}?filter={Uri.EscapeDataString(filter)}");

        Assert.Equal(expected, string.Join(',', Ids(page).Order()));
    }

    [Theory]
    [InlineData("?limit=0", "limit out_of_range")]
    [InlineData("?cursor=abc", "cursor invalid")]
    [InlineData("?cursor=", "cursor invalid")]
    [InlineData("?filter=x", "filter invalid")]
    [InlineData("?filter=[]", "filter invalid")]
    [InlineData("?filter={\"colour\":{\"$eq\":\"red\"}}", "filter.colour unknown")]
    [InlineData("?filter={\"id\":{\"$is\":\"1\"}}", "filter.id.$is unknown")]
    [InlineData("?filter={\"id\":{}}", "filter.id required")]
    [InlineData("?filter={\"id\":\"1\"}", "filter.id invalid")]
    [InlineData("?filter={\"time\":{\"$gt\":\"now\"}}", "filter.time.$gt invalid")]
    [InlineData("?filter={\"time\":{}}", "filter.time required")]
    [InlineData("?filter={\"time\":{\"$gte\":\"2026-01-02T00:00:00Z\",\"$lt\":\"2026-01-01T00:00:00Z\"}}", "filter.time out_of_range")]
    [InlineData("?filter={}&filter={}", "filter too_many")]
    [InlineData("?filter={\"subject\":null}", "filter.subject invalid")]
    [InlineData("?filter={\"id\":{\"$eq\":\"\\u0000\"}}", "filter.id invalid")]
    [InlineData("?filter={\"time\":{\"$gt\":null,\"$lt\":\"2026-01-01T00:00:00Z\"}}", "filter.time.$gt invalid")]
    [InlineData("?filter={\"customerId\":{\"$in\":null}}", "filter.customerId.$in invalid")]
    [InlineData("?from=2026-01-01T00:00:00Z", "from unknown")]
    [InlineData("?limit=1001&cursor=abc&filter={\"id\":{}}", "limit out_of_range,filter.id required,cursor invalid")]
    public async Task List_Faulty_NamesEachField(string query, string errors)
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var response = await client.GetAsync(new Uri(Path + query, UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var found = (await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray();
        Assert.Equal(errors, string.Join(',', found.Select(error => $"{error.Text("field")} {error.Text("code")}")));
    }

    [Fact]
    public async Task List_OtherTenantsCursor_ShowsNothingOfTheirs()
    {
        await using var owner = await OpenAsync();
        await owner.StoreAsync(("1", 10), ("2", 20));
        var cursor = (await owner.GetAsync($"{Path}?limit=1")).Text("nextCursor");
        await using var other = await OpenAsync();

        Assert.Empty(Ids(await other.GetAsync($"{Path}?cursor={cursor}")));
    }

    [Proves("newest time first: from, to, ingestedAtFrom, ingestedAtTo, id, subject, type, source")]
    [Fact]
    public async Task List_FirstVersionEveryParameter_Narrows()
    {
        await using var tenant = await OpenAsync();
        await tenant.StoreAsync(("1", 10), ("2", 20), ("3", 30));
        foreach (var (query, expected) in new[]
        {
            ("", "3,2,1"), ("?limit=2", "3,2"), ("?id=2", "2"), ("?source=%2Fgateway&subject=acme&type=prompt", "3,2,1"), ("?source=/other", ""), ("?subject=b", ""), ("?type=b", ""),
            ("?from=2026-03-01T12:00:20Z", "3,2"), ("?to=2026-03-01T12:00:20Z", "1"), ("?from=2026-03-01T12:00:10Z&to=2026-03-01T12:00:30Z", "2,1"),
            ("?ingestedAtFrom=2026-03-01T12:00:30Z", "3,2,1"), ("?ingestedAtTo=2026-03-01T12:00:30Z", ""), ("?clientId=portal", "3,2,1"),
        })
            Assert.Equal(expected, string.Join(',', (await tenant.GetAsync($"/api/v1/events{query}")).EnumerateArray().Select(item => item.GetProperty("event").Text("id"))));
    }

    private static List<string> Ids(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("event").Text("id")!)];

    private Task<Tenant> OpenAsync() => TenantWithSink.OpenAsync(api, (client, sink) => new Tenant(client, sink));

    private sealed record Tenant(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink)
    {
        public Task<StoreResult> StoreAsync(params (string Id, int Second)[] events) => Sink.StoreAsync(
            [.. events.Select(e => $$"""{"specversion":"1.0","id":"{{e.Id}}","source":"/gateway","type":"prompt","subject":"acme","time":"2026-03-01T12:00:{{e.Second}}Z"}""")]);

        public async Task<JsonElement> GetAsync(string path)
        {
            using var response = await Client.GetAsync(new Uri(path, UriKind.Relative), Token);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {await response.Content.ReadAsStringAsync(Token)}");
            return await response.ReadJsonAsync(Token);
        }
    }
}
