using System.Net;
using System.Text.Json;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Customers;

/// <summary>Usage is the customer's that its subject belongs to when it is asked for.</summary>
public sealed class CustomerUsageTests(TestApi api)
{
    private const string Meter = """{"slug": "m", "eventType": "t", "aggregation": "SUM", "valueProperty": "$.n", "groupBy": {"model": "$.model"}}""";
    private const string Query = "/api/v1/meters/m/query";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves("groupBy[] (subject, customer_id, or a dimension)", "customerId?, groupBy: {}}]}")]
    [Fact]
    public async Task Query_GroupedByCustomer_AddsTheirSubjectsUpAndShowsWhatIsNobodys()
    {
        await using var tenant = await OpenAsync();
        var acme = await tenant.AddAsync("acme", "eu");

        Assert.Equal([" 4", $"{acme} 3"], await RowsAsync(tenant, "?groupBy=customer_id"));
        Assert.Equal(
            [" z 4", $"{acme} acme 1", $"{acme} eu 2"],
            (await RowsAsync(tenant, "?groupBy=customer_id&groupBy=subject", row => $"{row.Text("customerId")} {row.Text("subject")} {row.GetProperty("value")}")).Order(StringComparer.Ordinal));
    }

    /// <summary>"ordered by windowStart, then subject, then dimensions": the customer stands between.</summary>
    [Fact]
    public async Task Query_GroupedByDayCustomerAndModel_IsOrderedByThem()
    {
        await using var tenant = await OpenAsync();
        var (acme, zed) = (await tenant.AddAsync("acme", "eu"), await tenant.AddAsync("z"));

        Assert.Equal(
            new[] { $"1 {acme} a 1", $"2 {acme} b 2", $"2 {zed} a 3.5", $"2 {zed} b 0.5" }.Order(StringComparer.Ordinal),
            await RowsAsync(tenant, "?groupBy=model&groupBy=customer_id&windowSize=DAY", row =>
                $"{row.GetProperty("windowStart").GetDateTimeOffset().Day} {row.Text("customerId")} {row.GetProperty("groupBy").Text("model")} {row.GetProperty("value")}"));
    }

    [Proves("filterCustomerId[]")]
    [Fact]
    public async Task Query_CustomerFilter_GroupsByItAndLeavesOthersOut()
    {
        await using var tenant = await OpenAsync();
        var (acme, zed, idle) = (await tenant.AddAsync("acme", "eu"), await tenant.AddAsync("z"), await tenant.AddAsync("idle"));

        Assert.Equal([$"{acme} 3"], await RowsAsync(tenant, $"?filterCustomerId={acme}"));
        Assert.Equal(new[] { $"{acme} 3", $"{zed} 4" }.Order(StringComparer.Ordinal), await RowsAsync(tenant, $"?filterCustomerId={zed}&filterCustomerId={acme}&filterCustomerId={idle}"));
        Assert.Empty(await RowsAsync(tenant, $"?filterCustomerId={idle}"));
        Assert.Equal([$"{acme} 2"], await RowsAsync(tenant, $"?filterCustomerId={acme}&subject=eu&subject=z"));
        Assert.Equal([$"{zed} 3.5"], await RowsAsync(tenant, $"?filterCustomerId={zed}&filterGroupBy[model]=a"));
        // The edges of this range are counted from the events themselves.
        Assert.Equal([$"{zed} 0.5"], await RowsAsync(tenant, $"?filterCustomerId={zed}&from=2026-03-02T12:00:00.5Z&to=2026-03-02T12:00:30.5Z"));
    }

    [Fact]
    public async Task Query_QuestionInTheBody_IsTheSame()
    {
        await using var tenant = await OpenAsync();
        var acme = await tenant.AddAsync("acme", "eu");

        using var response = await tenant.Client.PostAsync(
            new Uri(Query, UriKind.Relative), Json.Content($$"""{"filterCustomerId": ["{{acme}}"], "groupBy": ["customer_id", "model"]}"""), Token);

        Assert.Equal(
            [$"{acme} a 1", $"{acme} b 2"],
            (await response.ReadJsonAsync(Token)).GetProperty("data").EnumerateArray()
                .Select(row => $"{row.Text("customerId")} {row.GetProperty("groupBy").Text("model")} {row.GetProperty("value")}"));
    }

    [Fact]
    public async Task Query_NotGroupedByCustomer_HasNoCustomerId()
    {
        await using var tenant = await OpenAsync();
        await tenant.AddAsync("acme", "eu");

        var row = Assert.Single((await tenant.GetAsync(Query)).GetProperty("data").EnumerateArray());

        Assert.False(row.TryGetProperty("customerId", out _));
    }

    [Proves("window_start,window_end[,subject][,customer_id][,dimensions…],value")]
    [Fact]
    public async Task Query_AsCsv_HasAColumnBetweenSubjectAndDimensions()
    {
        await using var tenant = await OpenAsync();
        var acme = await tenant.AddAsync("acme", "eu");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Query}?groupBy=customer_id&groupBy=subject&groupBy=model&windowSize=MONTH");
        request.Headers.Add("Accept", "text/csv");

        using var response = await tenant.Client.SendAsync(request, Token);

        var lines = (await response.Content.ReadAsStringAsync(Token)).ReplaceLineEndings("\n").Trim().Split('\n');
        Assert.Equal(
            [
                "window_start,window_end,subject,customer_id,model,value",
                $"2026-03-01T00:00:00Z,2026-04-01T00:00:00Z,acme,{acme},a,1",
                $"2026-03-01T00:00:00Z,2026-04-01T00:00:00Z,eu,{acme},b,2",
                "2026-03-01T00:00:00Z,2026-04-01T00:00:00Z,z,,a,3.5",
                "2026-03-01T00:00:00Z,2026-04-01T00:00:00Z,z,,b,0.5",
            ], lines);
    }

    [Fact]
    public async Task Query_SubjectThatMoves_TakesItsUsageAlong()
    {
        await using var tenant = await OpenAsync();
        var acme = await tenant.AddAsync("acme", "eu");
        using var edited = await tenant.EditAsync("acme", """{"name": "n", "key": "acme", "usageAttribution": {"subjectKeys": ["z"]}}""");

        Assert.Equal([" 2", $"{acme} 5"], await RowsAsync(tenant, "?groupBy=customer_id"));

        var eu = await tenant.AddAsync("other", "eu");
        Assert.Equal(new[] { $"{acme} 5", $"{eu} 2" }.Order(StringComparer.Ordinal), await RowsAsync(tenant, "?groupBy=customer_id"));

        using var deleted = await tenant.DeleteAsync("acme");
        Assert.Equal([" 5", $"{eu} 2"], await RowsAsync(tenant, "?groupBy=customer_id"));
    }

    /// <summary>No index of PostgreSQL holds such a text.</summary>
    [Proves("subject: any non-empty text")]
    [Fact]
    public async Task Query_SubjectAsLongAsAnEventCarries_IsItsCustomersAndNoOthers()
    {
        await using var tenant = await OpenAsync();
        var subject = string.Concat(Enumerable.Range(0, 6_000).Select(_ => $"{Guid.NewGuid():N}€"));
        await tenant.Sink.StoreAsync($$$"""{"specversion":"1.0","id":"long","source":"s","type":"t","subject":"{{{subject}}}","time":"2026-03-03T00:00:00Z","data":{"n":40}}""");
        var longOne = await tenant.AddAsync("long", subject);

        using var taken = await tenant.CreateAsync(JsonSerializer.Serialize(new { name = "n", usageAttribution = new { subjectKeys = new[] { subject } } }));
        var other = await tenant.AddAsync("other", subject + "!");

        Assert.Equal(HttpStatusCode.Conflict, taken.StatusCode);
        Assert.Equal(longOne, (await taken.ReadJsonAsync(Token)).GetProperty("extensions").Text("conflictingEntityId"));
        Assert.Equal([" 7", $"{longOne} 40"], await RowsAsync(tenant, "?groupBy=customer_id"));
        Assert.Equal([$"{longOne} 40"], await RowsAsync(tenant, $"?filterCustomerId={longOne}&filterCustomerId={other}"));
        Assert.Equal([$"long {longOne}"], Describe((await tenant.GetAsync($"/api/v1/events?customerId={longOne}")).EnumerateArray()));
    }

    [Theory]
    [InlineData("acme", "filterCustomerId invalid")]
    [InlineData("", "filterCustomerId invalid")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAV", "filterCustomerId unknown")]
    public async Task Query_CustomerThatIsNone_IsRefused(string id, string error)
    {
        await using var tenant = await OpenAsync();
        await tenant.AddAsync("acme");

        foreach (var (path, field) in ((string, string)[])
            [
                ($"{Query}?filterCustomerId={id}", "filterCustomerId"), ($"/api/v1/events?customerId={id}", "customerId"),
                ($$$"""/api/v2/events?filter={"customerId":{"$in":["{{{id}}}"]}}""", "filter.customerId.$in"),
            ])
        {
            using var response = await tenant.Client.GetAsync(new Uri(path, UriKind.Relative), Token);

            Assert.Equal(error.Replace("filterCustomerId", field, StringComparison.Ordinal), await ErrorAsync(response));
        }
    }

    [Fact]
    public async Task AnyQuestion_DeletedOrOtherTenantsCustomer_IsRefusedAsUnknown()
    {
        await using var tenant = await OpenAsync();
        await using var other = await OpenAsync();
        var (deleted, foreign) = (await tenant.AddAsync("acme"), await other.AddAsync("acme"));
        using var _ = await tenant.DeleteAsync(deleted);

        foreach (var id in (string[])[deleted, foreign])
        {
            using var query = await tenant.Client.GetAsync(new Uri($"{Query}?filterCustomerId={id}", UriKind.Relative), Token);
            using var events = await tenant.Client.GetAsync(new Uri($"/api/v1/events?customerId={id}", UriKind.Relative), Token);

            Assert.Equal("filterCustomerId unknown", await ErrorAsync(query));
            Assert.Equal("customerId unknown", await ErrorAsync(events));
        }

        Assert.Equal([" 7"], await RowsAsync(tenant, "?groupBy=customer_id"));
    }

    [Fact]
    public async Task Preview_GroupedByCustomer_AnswersAsTheMeterDoes()
    {
        await using var tenant = await OpenAsync();
        var acme = await tenant.AddAsync("acme", "eu");

        using var response = await tenant.Client.PostAsync(
            new Uri($"/api/v1/meters/preview?groupBy=customer_id&filterCustomerId={acme}", UriKind.Relative), Json.Content(Meter), Token);

        var row = Assert.Single((await response.ReadJsonAsync(Token)).GetProperty("data").EnumerateArray());
        Assert.Equal((acme, "3"), (row.Text("customerId"), row.GetProperty("value").GetRawText()));
    }

    [Proves("customerId[]")]
    [Fact]
    public async Task ListEvents_OfCustomers_GivesTheirSubjectsEventsAndTellsWhose()
    {
        await using var tenant = await OpenAsync();
        var (acme, zed) = (await tenant.AddAsync("acme", "eu"), await tenant.AddAsync("z"));
        using var _ = await tenant.DeleteAsync("z");
        var last = await tenant.AddAsync("last", "z");

        Assert.Equal([$"4 {last}", $"3 {last}", $"2 {acme}", $"1 {acme}"], Describe((await tenant.GetAsync("/api/v1/events")).EnumerateArray()));
        Assert.Equal([$"2 {acme}", $"1 {acme}"], Describe((await tenant.GetAsync($"/api/v1/events?customerId={acme}")).EnumerateArray()));
        Assert.Equal(["4", "3", "2", "1"], (await tenant.GetAsync($"/api/v1/events?customerId={acme}&customerId={last}&meter=m")).EnumerateArray().Select(Id));
        Assert.Equal(["2"], (await tenant.GetAsync($"/api/v1/events?customerId={acme}&subject=eu")).EnumerateArray().Select(Id));
        Assert.NotEqual(zed, last);

        var page = await tenant.GetAsync($$$"""/api/v2/events?limit=1&filter={"customerId":{"$in":["{{{acme}}}"]}}""");
        Assert.Equal([$"2 {acme}"], Describe(page.GetProperty("items").EnumerateArray()));
        var next = await tenant.GetAsync($$$"""/api/v2/events?cursor={{{page.Text("nextCursor")}}}&filter={"customerId":{"$in":["{{{acme}}}"]}}""");
        Assert.Equal([$"1 {acme}"], Describe(next.GetProperty("items").EnumerateArray()));
    }

    [Proves("items {event, customerId?")]
    [Fact]
    public async Task ListEvents_SubjectOfNobody_HasNoCustomerId()
    {
        await using var tenant = await OpenAsync();
        await tenant.AddAsync("acme");

        Assert.Equal(
            [false, false, false, true],
            (await tenant.GetAsync("/api/v1/events")).EnumerateArray().Select(stored => stored.TryGetProperty("customerId", out _)));
    }

    /// <summary>acme: 1; eu: 2; z: 3.5 and 0.5.</summary>
    private async Task<CustomerTenant> OpenAsync()
    {
        var tenant = await CustomerTenant.OpenAsync(api);
        using var created = await tenant.Client.PostAsync(new Uri("/api/v1/meters", UriKind.Relative), Json.Content(Meter), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        await tenant.Sink.StoreAsync(
            Event(1, "acme", "2026-03-01T12:00:00Z", "1", "a"), Event(2, "eu", "2026-03-02T11:00:00Z", "2", "b"),
            Event(3, "z", "2026-03-02T12:00:00Z", "3.5", "a"), Event(4, "z", "2026-03-02T12:00:30Z", "0.5", "b"));
        return tenant;
    }

    private static string Event(int id, string subject, string time, string value, string model) =>
        $$$"""{"specversion":"1.0","id":"{{{id}}}","source":"/s","type":"t","subject":"{{{subject}}}","time":"{{{time}}}","data":{"n":{{{value}}},"model":"{{{model}}}"}}""";

    private static Task<List<string>> RowsAsync(CustomerTenant tenant, string query) =>
        RowsAsync(tenant, query, row => $"{row.Text("customerId")} {row.GetProperty("value")}");

    private static async Task<List<string>> RowsAsync(CustomerTenant tenant, string query, Func<JsonElement, string> describe) =>
        [.. (await tenant.GetAsync($"{Query}{query}")).GetProperty("data").EnumerateArray().Select(describe)];

    private static IEnumerable<string> Describe(IEnumerable<JsonElement> events) => events.Select(stored => $"{Id(stored)} {stored.Text("customerId")}");

    private static string? Id(JsonElement stored) => stored.GetProperty("event").Text("id");

    private static async Task<string> ErrorAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = Assert.Single((await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray());
        return $"{error.Text("field")} {error.Text("code")}";
    }
}
