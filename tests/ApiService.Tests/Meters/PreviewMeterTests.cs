using System.Net;
using System.Text.Json;
using CloudNative.Metering.Events;

namespace CloudNative.ApiService.Tests.Meters;

public sealed class PreviewMeterTests(TestApi api)
{
    private const string Sum = """{"slug": "tokens", "eventType": "prompt", "aggregation": "SUM", "valueProperty": "$.n", "groupBy": {"model": "$.model"}}""";

    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Aggregations { get; } = new()
    {
        { "SUM", "?groupBy=model&windowSize=DAY" }, { "AVG", "?groupBy=model" }, { "MIN", "?subject=acme" }, { "MAX", "?windowSize=HOUR&windowTimeZone=Asia/Kathmandu" },
        { "UNIQUE_COUNT", "" }, { "LATEST", "?groupBy=subject" }, { "COUNT", "?from=2026-03-01T11:00:20Z&to=2026-03-02T11:00:00Z" },
        { "SUM", "?filterGroupBy[model]=a" }, { "COUNT", "?from=2027-01-01T00:00:00Z" },
    };

    [Theory]
    [MemberData(nameof(Aggregations))]
    public async Task Preview_AnyQuestion_AnswersWhatTheMeterThenAnswers(string aggregation, string query)
    {
        await using var tenant = await OpenAsync();
        var definition = Sum.Replace("SUM", aggregation, StringComparison.Ordinal);
        if (aggregation == "COUNT")
            definition = definition.Replace("\"valueProperty\": \"$.n\", ", "", StringComparison.Ordinal);
        using var created = await tenant.Client.PostAsync(Meters, Json.Content(definition), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        await tenant.StoreAsync(
            ("2026-03-01T11:00:10Z", "acme", """{"n":1.5,"model":"a"}"""), ("2026-03-01T11:00:20Z", "acme", """{"n":-2,"model":"b"}"""),
            ("2026-03-01T23:59:59.999999Z", "beta", """{"n":"10","model":"a"}"""), ("2026-03-02T12:00:00Z", "beta", """{"n":10}"""));

        var preview = await tenant.PreviewAsync(definition, query);

        using var answer = await tenant.Client.GetAsync(new Uri($"{Meters}/tokens/query{query}", UriKind.Relative), Token);
        var expected = await answer.ReadJsonAsync(Token);
        if (query.Contains("2027", StringComparison.Ordinal))
            Assert.Equal("0", Assert.Single(preview.GetProperty("data").EnumerateArray()).GetProperty("value").GetRawText());
        Assert.Equal(expected.GetProperty("data").GetRawText(), preview.GetProperty("data").GetRawText());
        Assert.False(preview.TryGetProperty("partial", out _));
    }

    [Fact]
    public async Task Preview_EventsThatItWouldNotCount_TellsHowManyAndWhy()
    {
        await using var tenant = await OpenAsync();
        await tenant.StoreAsync(
            ("2026-03-01T11:00:10Z", "acme", """{"n":1}"""), ("2026-03-01T11:00:20Z", "acme", """{"n":"many"}"""), ("2026-03-01T11:00:30Z", "acme", """{"n":"more"}"""),
            ("2026-03-01T11:00:40Z", "acme", "{}"), ("2026-02-01T00:00:00Z", "acme", """{"n":5}"""));

        var preview = await tenant.PreviewAsync(Sum.Replace("\"slug\"", "\"eventFrom\": \"2026-03-01T00:00:00Z\", \"slug\"", StringComparison.Ordinal), "");

        Assert.Equal((5, 1), (preview.GetProperty("scanned").GetInt32(), preview.GetProperty("counted").GetInt32()));
        var ignored = preview.GetProperty("ignored").EnumerateArray().Select(entry => $"{entry.GetProperty("events")} {entry.Text("id")} {entry.Text("reason")}").ToList();
        Assert.Equal(3, ignored.Count);
        Assert.StartsWith("2 3 ", ignored[0], StringComparison.Ordinal);
        Assert.Contains("the value at $.n is not a number", ignored[0], StringComparison.Ordinal);
        Assert.Contains(ignored, entry => entry.StartsWith("1 5 ", StringComparison.Ordinal) && entry.Contains("counts events from", StringComparison.Ordinal));
        Assert.Contains(ignored, entry => entry.StartsWith("1 4 ", StringComparison.Ordinal) && entry.Contains("no value at $.n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Preview_Definition_KeepsNothing()
    {
        await using var tenant = await OpenAsync();
        await tenant.StoreAsync(("2026-03-01T11:00:10Z", "acme", """{"n":1}"""));

        await tenant.PreviewAsync(Sum, "");

        using var meters = await tenant.Client.GetAsync(new Uri($"{Meters}?includeDeleted=true", UriKind.Relative), Token);
        Assert.Empty((await meters.ReadJsonAsync(Token)).EnumerateArray());
    }

    [Fact]
    public async Task Preview_OtherTenantsEvents_AreNotSeen()
    {
        await using var owner = await OpenAsync();
        await owner.StoreAsync(("2026-03-01T11:00:10Z", "acme", """{"n":1}"""));
        await using var other = await OpenAsync();

        Assert.Equal(0, (await other.PreviewAsync(Sum, "")).GetProperty("scanned").GetInt32());
    }

    [Theory]
    [InlineData("{}", "", "slug required,eventType required,aggregation required")]
    [InlineData(Sum, "?groupBy=colour&windowSize=YEAR&from=now", "groupBy unknown,from invalid,windowSize invalid")]
    [InlineData(Sum, "?dryRun=true", "dryRun unknown")]
    public async Task Preview_Faulty_NamesEachField(string definition, string query, string errors)
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var response = await client.PostAsync(new Uri($"{Meters}/preview{query}", UriKind.Relative), Json.Content(definition), Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var found = (await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray();
        Assert.Equal(errors, string.Join(',', found.Select(error => $"{error.Text("field")} {error.Text("code")}")));
    }

    private Task<Tenant> OpenAsync() => TenantWithSink.OpenAsync(api, (client, sink) => new Tenant(client, sink));

    private sealed record Tenant(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink)
    {
        public Task<StoreResult> StoreAsync(params (string Time, string Subject, string Data)[] events) => Sink.StoreAsync(
            [.. events.Select((e, i) => $$"""{"specversion":"1.0","id":"{{i + 1}}","source":"/s","type":"prompt","subject":"{{e.Subject}}","time":"{{e.Time}}","data":{{e.Data}}}""")]);

        public async Task<JsonElement> PreviewAsync(string definition, string query)
        {
            using var response = await Client.PostAsync(new Uri($"{Meters}/preview{query}", UriKind.Relative), Json.Content(definition), Token);
            Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Token));
            return await response.ReadJsonAsync(Token);
        }
    }
}
