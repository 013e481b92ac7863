using System.Net;
using System.Text.Json;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Problems;

/// <summary>What a client can get wrong, and the problem it gets for it.</summary>
public sealed class BadRequestTests(TestApi api)
{
    private const string Meters = "/api/v1/meters";
    private const string Query = Meters + "/good/query";
    private const string Events = "/api/v1/events";
    private const string Customers = "/api/v1/customers";
    private const string Event = "application/cloudevents+json";
    private const string GoodEvent = """{"id": "1", "source": "/a", "type": "t", "subject": "s", "specversion": "1.0", "data": {}}""";
    private const string Good = """{"slug": "good", "eventType": "prompt", "aggregation": "COUNT"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Fault, method, path, body, content type, status, "field code" of each validation error.</summary>
    public static TheoryData<string, string, string, string?, string, int, string[]> Faults { get; } = new()
    {
        { "malformed JSON", "POST", Meters, """{"slug": """, "application/json", 400, ["body invalid"] },
        { "not even JSON", "POST", Meters, "slug=good", "application/json", 400, ["body invalid"] },
        { "invalid UTF-16 escape", "POST", Meters, """{"slug": "\ud800", "eventType": "e", "aggregation": "COUNT"}""", "application/json", 400, ["slug invalid"] },
        { "no body", "POST", Meters, "", "application/json", 400, ["body required"] },
        { "null body", "POST", Meters, "null", "application/json", 400, ["body required"] },
        { "array for object", "POST", Meters, "[]", "application/json", 400, ["body invalid"] },
        { "missing fields", "POST", Meters, "{}", "application/json", 400, ["slug required", "eventType required", "aggregation required"] },
        { "number for text", "POST", Meters, """{"slug": 1, "eventType": "e", "aggregation": "COUNT"}""", "application/json", 400, ["slug invalid"] },
        { "number in a map", "POST", Meters, """{"slug": "a", "eventType": "e", "aggregation": "COUNT", "groupBy": {"model": 1}}""", "application/json", 400, ["groupBy.model invalid"] },
        {
            "wrong types and wrong values of a customer", "POST", Customers,
            """{"key": 1, "billingAddress": {"country": "de", "zip": "1", "city": 2}, "usageAttribution": {"subjectKeys": ["a", 1, "a", null], "x": 1}, "metadata": {"k": 1}, "id": "x"}""",
            "application/json", 400,
            [
                "key invalid", "metadata.k invalid", "billingAddress.city invalid", "billingAddress.zip unknown", "usageAttribution.subjectKeys[1] invalid",
                "usageAttribution.subjectKeys[3] invalid", "usageAttribution.x unknown", "id unknown", "usageAttribution.subjectKeys[2] invalid", "name required",
                "billingAddress.country invalid",
            ]
        },
        { "texts for objects of a customer", "PUT", Customers + "/a", """{"name": "n", "key": "k", "billingAddress": "here", "usageAttribution": []}""", "application/json", 400, ["billingAddress invalid", "usageAttribution invalid"] },
        { "text for a customer's subjects", "POST", Customers, """{"name": "n", "key": "k", "usageAttribution": {"subjectKeys": "a"}}""", "application/json", 400, ["usageAttribution.subjectKeys invalid"] },
        { "half a surrogate pair in an address", "POST", Customers, """{"name": "n", "key": "k", "billingAddress": {"\ud800": 1}}""", "application/json", 400, ["billingAddress invalid"] },
        { "edit of an unknown customer", "PUT", Customers + "/nowhere", """{"name": "n", "key": "k"}""", "application/json", 404, [] },
        { "unknown order of customers", "GET", Customers + "?orderBy=slug&page=0&nme=x", null, "", 400, ["nme unknown", "page out_of_range", "orderBy invalid"] },
        { "order and page of customers", "GET", Customers + "?orderBy=slug&page=0", null, "", 400, ["page out_of_range", "orderBy invalid"] },
        { "U+0000 in a customer's filter", "GET", Customers + "?name=%00", null, "", 400, [] },
        { "customer of another type", "POST", Customers, "{}", "text/plain", 415, [] },
        { "text for a map", "POST", Meters, """{"slug": "a", "eventType": "e", "aggregation": "COUNT", "groupBy": "$.model"}""", "application/json", 400, ["groupBy invalid"] },
        { "unknown field", "POST", Meters, """{"slug": "a", "eventType": "e", "agregation": "SUM"}""", "application/json", 400, ["agregation unknown", "aggregation required"] },
        { "other case", "POST", Meters, """{"Slug": "a", "eventType": "e", "aggregation": "COUNT"}""", "application/json", 400, ["Slug unknown", "slug required"] },
        { "field twice", "POST", Meters, """{"slug": "a", "slug": "b", "eventType": "e", "aggregation": "COUNT"}""", "application/json", 400, ["slug invalid"] },
        {
            "wrong types and wrong values at once", "POST", Meters,
            """{"slug": 1, "eventType": ["e"], "aggregation": "SUM", "groupBy": {"a": 1, "b": "b", "a": "$.a"}, "metadata": {"k": true}, "eventFrom": 5, "colour": "red"}""",
            "application/json", 400,
            [
                "slug invalid", "eventType invalid", "groupBy.a invalid", "groupBy.a invalid", "metadata.k invalid", "eventFrom invalid", "colour unknown",
                "valueProperty required", "groupBy.b invalid",
            ]
        },
        { "name with half a surrogate pair", "POST", Meters, """{"slug": "a", "eventType": "e", "aggregation": "COUNT", "\ud800": 1}""", "application/json", 400, ["body invalid"] },
        {
            "several faults", "POST", Meters, """{"slug": "A b", "aggregation": "SUM", "groupBy": {"subject": "$.x", "y": "y"}}""", "application/json", 400,
            ["slug invalid", "eventType required", "valueProperty required", "groupBy.subject forbidden", "groupBy.y invalid"]
        },
        { "other content type", "POST", Meters, Good, "text/plain", 415, [] },
        { "unknown parameter", "POST", Meters + "?dryRun=true", Good, "application/json", 400, ["dryRun unknown"] },
        { "unknown parameters", "GET", Meters + "?pag=2&size=1", null, "", 400, ["pag unknown", "size unknown"] },
        { "text for number", "GET", Meters + "?page=two", null, "", 400, ["page invalid"] },
        {
            "every kind of fault in a query", "GET", Meters + "?pag=2&page=two&pageSize=0&order=asc&includeDeleted=maybe", null, "", 400,
            ["pag unknown", "page invalid", "pageSize out_of_range", "order invalid", "includeDeleted invalid"]
        },
        { "faults in query and body", "POST", Meters + "?slug=x", """{"slug": "A b", "eventType": "e", "aggregation": "COUNT"}""", "application/json", 400, ["slug unknown", "slug invalid"] },
        { "faults in query and malformed body", "POST", Query + "?from=now", """{"window": "DAY"}""", "application/json", 400, ["window unknown", "from unknown"] },
        { "faults in query and no body", "POST", Query + "?dry=1", "", "application/json", 400, ["body required", "dry unknown"] },
        { "faults in query and event", "POST", Events + "?async=1", "{\"specversion\":\"1.0\"}", Event, 400, ["async unknown", "id required", "source required", "type required", "subject required"] },
        { "faults in query and question", "GET", Query + "?windw=DAY&windowSize=YEAR", null, "", 400, ["windw unknown", "windowSize invalid"] },
        { "faults in query and key", "POST", "/api/v1/api-keys?x=1", """{"name": " ", "scopes": ["everything"]}""", "application/json", 400, ["x unknown", "name required", "scopes[0] unknown"] },
        { "out of range", "GET", Meters + "?page=0&pageSize=1001&order=asc&orderBy=slug", null, "", 400, ["page out_of_range", "pageSize out_of_range", "order invalid", "orderBy invalid"] },
        { "edit of an unknown meter", "PUT", Meters + "/nowhere", "{}", "application/json", 404, [] },
        { "edit of what is fixed", "PUT", Meters + "/good", """{"slug": "b", "aggregation": "SUM", "name": 1, "id": "x"}""", "application/json", 400, ["slug forbidden", "aggregation forbidden", "name invalid", "id unknown"] },
        { "faults in an edit", "PUT", Meters + "/good", """{"groupBy": {"subject": "$.x", "y": "y"}, "metadata": {"": "v"}}""", "application/json", 400, ["groupBy.subject forbidden", "groupBy.y invalid", "metadata. out_of_range"] },
        { "edit of another type", "PUT", Meters + "/good", "{}", "text/plain", 415, [] },
        { "edit without a body", "PUT", Meters + "/good", "", "application/json", 400, ["body required"] },
        { "unknown meter", "GET", Meters + "/nowhere", null, "", 404, [] },
        { "unknown meter by id", "GET", Meters + "/01ARZ3NDEKTSV4RRFFQ69G5FAV", null, "", 404, [] },
        { "delete unknown meter", "DELETE", Meters + "/nowhere", null, "", 404, [] },
        { "query of an unknown meter", "GET", Meters + "/nowhere/query", null, "", 404, [] },
        { "from after to", "GET", Query + "?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", null, "", 400, ["from out_of_range"] },
        { "from equals to", "GET", Query + "?from=2026-02-01T00:00:00Z&to=2026-02-01T01:00:00%2B01:00", null, "", 400, ["from out_of_range"] },
        { "local time", "GET", Query + "?from=2026-02-01T00:00:00", null, "", 400, ["from invalid"] },
        { "empty time", "GET", Query + "?from=", null, "", 400, ["from invalid"] },
        { "unknown window and zone", "GET", Query + "?windowSize=YEAR&windowTimeZone=Mars", null, "", 400, ["windowSize invalid", "windowTimeZone unknown"] },
        { "U+0000", "GET", Query + "?subject=%00", null, "", 400, ["subject invalid"] },
        { "customers that are none", "GET", Query + "?filterCustomerId=acme&filterCustomerId=", null, "", 400, ["filterCustomerId invalid", "filterCustomerId invalid"] },
        { "filter of an unknown dimension", "GET", Query + "?filterGroupBy[colour]=red", null, "", 400, ["filterGroupBy[colour] unknown"] },
        { "filters that differ in case", "GET", Query + "?filterGroupBy[Colour]=a&filterGroupBy[colour]=b", null, "", 400, ["filterGroupBy[Colour] unknown", "filterGroupBy[colour] unknown"] },
        { "U+0000 in a dimension's filter", "GET", Query + "?filterGroupBy[colour]=%00", null, "", 400, ["filterGroupBy[colour] unknown", "filterGroupBy[colour] invalid"] },
        { "null for subjects", "POST", Query, """{"subject": null}""", "application/json", 400, ["subject invalid"] },
        { "null for dimensions", "POST", Query, """{"filterGroupBy": null}""", "application/json", 400, ["filterGroupBy invalid"] },
        { "filter that is no object", "GET", Query + "?filterGroupBy=red", null, "", 400, ["filterGroupBy invalid"] },
        { "filter that is no JSON", "GET", Query + "?advancedMeterGroupByFilters={", null, "", 400, ["advancedMeterGroupByFilters invalid"] },
        { "null for a filter", "GET", Query + "?advancedMeterGroupByFilters=null", null, "", 400, ["advancedMeterGroupByFilters invalid"] },
        { "filter twice", "GET", Query + "?advancedMeterGroupByFilters={}&advancedMeterGroupByFilters={}", null, "", 400, ["advancedMeterGroupByFilters too_many"] },
        {
            "unknown operator", "GET", Query + """?advancedMeterGroupByFilters={"colour":{"$regex":"a"}}""", null, "", 400,
            ["advancedMeterGroupByFilters.colour.$regex unknown"]
        },
        { "number for a filter's text", "POST", Query, """{"advancedMeterGroupByFilters": {"colour": {"$eq": 1}}}""", "application/json", 400, ["advancedMeterGroupByFilters.colour.$eq invalid"] },
        { "question of an unknown field", "POST", Query, """{"window": "DAY"}""", "application/json", 400, ["window unknown"] },
        { "null for a customer", "POST", Query, """{"filterCustomerId": [null]}""", "application/json", 400, ["filterCustomerId invalid"] },
        { "null for a dimension", "POST", Query, """{"groupBy": [null, "subject"]}""", "application/json", 400, ["groupBy invalid"] },
        { "no question", "POST", Query, "", "application/json", 400, ["body required"] },
        {
            "several faults of a question", "POST", Query,
            """{"from": "now", "windowSize": "YEAR", "groupBy": ["colour"], "filterGroupBy": {"size": "L"}, "advancedMeterGroupByFilters": {"colour": {"$eq": "a"}}}""",
            "application/json", 400,
            ["groupBy unknown", "from invalid", "windowSize invalid", "filterGroupBy[size] unknown", "advancedMeterGroupByFilters[colour] unknown"]
        },
        { "values of an unknown dimension", "GET", Meters + "/good/group-by/colour/values", null, "", 404, [] },
        { "values in no range", "GET", Meters + "/good/subjects?from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z", null, "", 400, ["from out_of_range"] },
        { "U+0000 in filters", "GET", Events + "?type=a%00b&id=%00&limit=0", null, "", 400, ["id invalid", "type invalid", "limit out_of_range"] },
        {
            "events of no meter", "GET", Events + "?meter=nowhere&filterGroupBy[colour]=red&from=yesterday&customerId=acme", null, "", 400,
            ["from invalid", "customerId invalid", "meter unknown"]
        },
        { "dimensions without a meter", "GET", Events + "?filterGroupBy[colour]=red&limit=0", null, "", 400, ["limit out_of_range", "filterGroupBy invalid"] },
        {
            "preview with faults in definition and question", "POST", Meters + "/preview?from=yesterday&windowSize=YEAR&groupBy=model&groupBy=colour&filterCustomerId=acme",
            """{"slug": "a", "eventType": "e", "aggregation": "SUM", "groupBy": {"model": "$.model"}, "colour": 1}""", "application/json", 400,
            ["colour unknown", "valueProperty required", "groupBy unknown", "filterCustomerId invalid", "from invalid", "windowSize invalid"]
        },
        {
            "preview without a readable definition", "POST", Meters + "/preview?groupBy=model&windowTimeZone=Mars", "{", "application/json", 400,
            ["body invalid", "windowTimeZone unknown"]
        },
        {
            "preview whose dimensions can't be read", "POST", Meters + "/preview?groupBy=model&filterGroupBy[model]=a",
            """{"slug": "a", "eventType": "e", "aggregation": "COUNT", "groupBy": "$.model"}""", "application/json", 400, ["groupBy invalid"]
        },
        { "U+0000 in a meter", "POST", Meters, "{\"slug\": \"a\", \"eventType\": \"\\u0000\", \"aggregation\": \"COUNT\"}", "application/json", 400, ["eventType invalid"] },
        { "array in another client's style", "GET", Query + "?subject[]=acme&groupBy[]=model", null, "", 400, ["subject[] unknown", "groupBy[] unknown"] },
        { "the calendar's last day", "GET", Query + "?from=9999-12-31T23:59:30Z", null, "", 400, ["from invalid"] },
        { "the calendar's first day", "GET", "/api/v1/ledger?to=0001-01-01T12:00:00Z", null, "", 400, ["to invalid"] },
        { "unknown dimension", "GET", Query + "?groupBy=colour", null, "", 400, ["groupBy unknown"] },
        { "misspelt window", "GET", Query + "?windowsize=DAY&windowZone=UTC", null, "", 400, ["windowZone unknown"] },
        { "malformed event", "POST", Events, "{", Event, 400, ["body invalid"] },
        { "no event", "POST", Events, "", Event, 400, ["body invalid"] },
        { "event without fields", "POST", Events, "{}", Event, 400, ["id required", "source required", "type required", "subject required", "specversion required"] },
        { "batch for event", "POST", Events, "[]", Event, 400, ["body invalid"] },
        { "fault in a batch", "POST", Events, $"[{GoodEvent}, {{}}]", "application/json", 400, ["[1].id required", "[1].source required", "[1].type required", "[1].subject required", "[1].specversion required"] },
        { "text for data", "POST", Events, GoodEvent.Replace("{}", "1", StringComparison.Ordinal), Event, 400, ["data invalid"] },
        { "other event type", "POST", Events, GoodEvent, "text/plain", 415, [] },
        { "event without type", "POST", Events, GoodEvent, "", 415, [] },
        { "unknown event parameter", "POST", Events + "?async=1", GoodEvent, Event, 400, ["async unknown"] },
        { "event list", "GET", Events + "?limit=1001&from=yesterday", null, "", 400, ["from invalid", "limit out_of_range"] },
        {
            "what may stand once, twice", "GET", Events + "?subject=a&subject=b&Subject=c&limit=1&limit=2&filterGroupBy={}&filterGroupBy={}&from=now", null, "", 400,
            ["subject too_many", "limit too_many", "filterGroupBy too_many", "from invalid", "limit invalid"]
        },
        { "event list by no number", "GET", Events + "?limit=many&from=yesterday&source=/a&sauce=/b", null, "", 400, ["sauce unknown", "from invalid", "limit invalid"] },
        { "books backwards", "GET", "/api/v1/ledger?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", null, "", 400, ["from out_of_range"] },
        { "unknown route", "GET", "/api/v1/nowhere", null, "", 404, [] },
        { "wrong method", "PATCH", Meters, "{}", "application/json", 405, [] },
    };

    [Proves(
        "where OpenMeter is loose, this contract is strict", "header exactly application/problem+json", "type, title, status, detail, instance", "extensions.validationErrors: [{field, code, message}]",
        "times | RFC 3339 in", "one that can't be read → 400", "unknown fields, unknown query parameters | 400, named", "400 with every error at once",
        "GET /meters/{idOrSlug} | 200, 404", "from >= to → 400", "unknown dimension or zone → 400", "page, pageSize (1–1000)", "limit (1–1000")]
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Send_Faulty_GivesTheProblem(
        string fault, string method, string path, string? body, string contentType, int status, string[] errors)
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var meter = await client.PostAsync(new Uri(Meters, UriKind.Relative), Json.Content(Good), Token);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : Json.Content(body, contentType) };

        using var response = await client.SendAsync(request, Token);

        var problem = await AssertProblemAsync(response, status, fault);
        Assert.Equal(errors, Errors(problem));
    }

    [Proves("400 with every error at once")]
    [Fact]
    public async Task Send_FaultyHeaders_AreToldWithTheFaultsOfTheBody()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var create = new HttpRequestMessage(HttpMethod.Post, Meters + "?x=1") { Content = Json.Content("""{"slug": "A b", "eventType": "e", "aggregation": "COUNT"}""") };
        create.Headers.TryAddWithoutValidation("Idempotency-Key", "\"half");
        using var edit = new HttpRequestMessage(HttpMethod.Put, Meters + "/good") { Content = Json.Content("""{"name": 1}""") };
        edit.Headers.TryAddWithoutValidation("If-Match", "no tag");
        using var delete = new HttpRequestMessage(HttpMethod.Delete, Customers + "/acme?x=1");
        delete.Headers.TryAddWithoutValidation("If-Match", "no tag");

        using var notCreated = await client.SendAsync(create, Token);
        using var notEdited = await client.SendAsync(edit, Token);
        using var notDeleted = await client.SendAsync(delete, Token);

        Assert.Equal(["x unknown", "Idempotency-Key invalid", "slug invalid"], Errors(await AssertProblemAsync(notCreated, 400, "create")));
        Assert.Equal(["If-Match invalid", "name invalid"], Errors(await AssertProblemAsync(notEdited, 400, "edit")));
        Assert.Equal(["x unknown", "If-Match invalid"], Errors(await AssertProblemAsync(notDeleted, 400, "delete")));
    }

    [Proves("401 without")]
    [Theory]
    [InlineData(null, "Bearer", "An API key is needed")]
    [InlineData("Basic YTpi", "Bearer", "An API key is needed")]
    [InlineData("Bearer wrong", "Bearer error=\"invalid_token\"", "unknown, expired or revoked")]
    [InlineData("Bearer ", "Bearer", "An API key is needed")]
    public async Task Send_WithoutGoodKey_GivesUnauthorized(string? authorization, string challenge, string detail)
    {
        using var client = api.Anonymous;
        using var request = new HttpRequestMessage(HttpMethod.Get, Meters);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await client.SendAsync(request, Token);

        var problem = await AssertProblemAsync(response, 401, "no good key");
        Assert.Contains(detail, problem.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(challenge, response.Headers.WwwAuthenticate.ToString());
    }

    [Proves("body 4 MiB (413)")]
    [Theory]
    [InlineData(Meters, "application/json")]
    [InlineData(Events, Event)]
    public async Task Send_FiveMebibytes_GivesPayloadTooLarge(string path, string contentType)
    {
        using var client = await api.CreateTenantClientAsync(Token);
        // A careful client asks first, and is spared sending it all.
        client.DefaultRequestHeaders.ExpectContinue = true;

        using var response = await client.PostAsync(
            new Uri(path, UriKind.Relative), Json.Content($$"""{"slug": "{{new string('a', 5 << 20)}}"}""", contentType), Token);

        var problem = await AssertProblemAsync(response, 413, "5 MiB");
        Assert.Contains("4 MiB", problem.Text("detail"), StringComparison.Ordinal);
    }

    [Proves("405 with Allow")]
    [Fact]
    public async Task Send_WrongMethod_ListsTheRightOnes()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var response = await client.PutAsync(new Uri(Meters, UriKind.Relative), Json.Content(Good), Token);

        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
    }

    [Proves("415 with Accept")]
    [Theory]
    [InlineData(Meters, "application/json")]
    [InlineData(Events, "application/cloudevents+json, application/cloudevents-batch+json, application/json")]
    public async Task Send_WrongContentType_ListsTheRightOnes(string path, string types)
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), Json.Content(Good, "application/xml"), Token);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(types, Assert.Single(response.Headers.GetValues("Accept")));
    }

    [Proves("but for OpenMeter's clientId, accepted and ignored")]
    [Fact]
    public async Task Send_ClientIdOfOpenMeter_IsIgnored()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var response = await client.GetAsync(new Uri(Meters + "?clientId=portal", UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage response, int status, string fault)
    {
        Assert.True((int)response.StatusCode == status, $"{fault}: {(int)response.StatusCode} instead of {status}");
        Assert.Equal("application/problem+json", Assert.Single(response.Content.Headers.GetValues("Content-Type")));
        var problem = await response.ReadJsonAsync(Token);
        Assert.Equal("about:blank", problem.Text("type"));
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.Text("title")!);
        Assert.NotEmpty(problem.Text("detail")!);
        Assert.StartsWith("urn:request:", problem.Text("instance"), StringComparison.Ordinal);
        return problem;
    }

    private static string[] Errors(JsonElement problem) => problem.GetProperty("extensions").TryGetProperty("validationErrors", out var errors)
        ? errors.EnumerateArray().Select(Describe).ToArray()
        : [];

    private static string Describe(JsonElement error)
    {
        Assert.Equal(["code", "field", "message"], error.EnumerateObject().Select(part => part.Name).Order());
        Assert.NotEmpty(error.Text("message")!);
        return $"{error.Text("field")} {error.Text("code")}";
    }
}
