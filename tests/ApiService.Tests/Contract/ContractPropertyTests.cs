using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>
/// The OpenAPI document is the truth: requests are drawn from it, those that were taken are sent again with one fault, and every answer is held against it.
/// <c>CONTRACT_CASES</c> says how many, <c>CONTRACT_SEED</c> repeats a run.
/// </summary>
public sealed class ContractPropertyTests(TestApi api, ITestOutputHelper output)
{
    private const string Event = """{"specversion":"1.0","id":"e","source":"s","type":"t","subject":"acme","data":{"tokens":1}}""";
    private const int MostThings = 40;

    /// <summary>Header fields of every answer; the server's own, and those of <c>docs/decisions/0029</c>.</summary>
    private static readonly string[] OfEveryAnswer =
    [
        "Date", "Server", "Transfer-Encoding", "Content-Type", "Content-Length", "Cache-Control", "Pragma", "Expires", "Vary", "X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy",
        "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "X-Request-Id",
    ];

    /// <summary>Why a request was refused that its schema allows: times in the past, paths that are no JSONPath, names of what is not there.</summary>
    private static readonly string[] NotInSchemas =
    [
        "expiresAt out_of_range", "from out_of_range", "ingestedAtFrom out_of_range", "cursor invalid", "id invalid", "id required", "targetId invalid", "customerId invalid",
        "key required", "groupBy invalid", "groupBy unknown", "groupBy too_long", "metadata too_long", "valueProperty invalid", "valueProperty required", "allowedMeterSlugs unknown", "meter unknown", "filter invalid",
        "filterCustomerId invalid", "filterCustomerId unknown", "filterGroupBy invalid", "advancedMeterGroupByFilters invalid", "advancedMeterGroupByFilters required",
        "advancedMeterGroupByFilters unknown", "advancedMeterGroupByFilters out_of_range", "valueProperty forbidden", "customerId unknown", "usageAttribution invalid", "windowTimeZone unknown", "If-Match invalid", "Idempotency-Key invalid", "datacontenttype invalid", "source invalid",
        // A batch and a table without its own columns.
        "body invalid", " invalid", " required", " unknown",
    ];

    /// <summary>Names of things that exist, by noun.</summary>
    private readonly Dictionary<string, List<string>> _things = [];
    private readonly SortedDictionary<string, int> _statuses = [];
    private readonly SortedSet<string> _reasons = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_DrawnFromTheDocument_IsAnsweredAsTheDocumentSays()
    {
        var seed = Number("CONTRACT_SEED") ?? 20261124;
        var random = new Random(seed);
        var operations = (await ApiDescription.ReadAsync(api.Anonymous, Token)).Operations.ToArray();
        var (tenantId, secret) = await api.CreateTenantAsync(Token);
        using var owner = api.ClientOf(secret);
        using var customer = api.ClientOf(await FillAsync(tenantId, owner));
        var wrong = new List<string>();
        for (var i = Number("CONTRACT_CASES") ?? 1_200; i > 0; i--)
        {
            var operation = operations[random.Next(operations.Length)];
            string Target(string parameter) => OneOf(operation, parameter, random);
            var request = new DrawnRequest(operation, random, Target);
            var client = operation.Path.StartsWith("/api/v1/portal/meters", StringComparison.Ordinal) ? customer : owner;
            // What is gone can't be asked for again.
            if (await SendAsync(operation, request, client, wrong) && operation.Method != "DELETE" && request.Break(random))
                await SendAsync(operation, request, client, wrong);
        }

        output.WriteLine($"Seed {seed}: {string.Join(", ", _statuses.Select(entry => $"{entry.Value} × {entry.Key}"))}");
        Assert.Empty(_reasons.Except(NotInSchemas));
        Assert.True(wrong.Count == 0, $"Seed {seed}, {wrong.Count} faults:\n{string.Join('\n', wrong.Take(40))}");
    }

    /// <summary>Notes what is wrong with the answer, and tells whether the request was taken.</summary>
    private async Task<bool> SendAsync(ApiOperation operation, DrawnRequest request, HttpClient client, List<string> wrong)
    {
        using var message = request.ToMessage();
        using var answer = await client.SendAsync(message, Token);
        var body = await answer.Content.ReadAsStringAsync(Token);
        wrong.AddRange(Faults(operation, request, answer, body).Select(fault => $"{fault}\n    {request}\n    {(int)answer.StatusCode} {body[..Math.Min(body.Length, 600)]}"));
        if (answer.StatusCode == HttpStatusCode.Created)
            Remember(operation.Path.Split('/')[3], body);
        if (message.Method == HttpMethod.Delete && answer.IsSuccessStatusCode)
            _things[operation.Path.Split('/')[3]].Remove(Uri.UnescapeDataString(message.RequestUri!.OriginalString.Split('/')[^1]));
        return answer.IsSuccessStatusCode;
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private IEnumerable<string> Faults(ApiOperation operation, DrawnRequest request, HttpResponseMessage answer, string body)
    {
        var status = (int)answer.StatusCode;
        _statuses[$"{status}"] = _statuses.GetValueOrDefault($"{status}") + 1;
        if (status >= 500)
            yield return "The server failed";
        if (operation.Answer(status) is not { } documented)
        {
            yield return "The status is not documented";
            yield break;
        }

        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Select(header => header.Key).Except(documented.Headers.Concat(OfEveryAnswer), StringComparer.OrdinalIgnoreCase))
            yield return $"The header {header} is not documented";
        if (documented.HasBody != body.Length > 0)
            yield return documented.HasBody ? "The body is missing" : "The body is not documented";
        var mediaType = answer.Content.Headers.ContentType?.MediaType;
        if (body.Length > 0 && documented.Body(mediaType!) is not { } schema)
            yield return $"The content type {mediaType} is not documented";
        else if (mediaType?.EndsWith("json", StringComparison.Ordinal) == true)
        {
            foreach (var error in documented.Body(mediaType)!.Errors(JsonNode.Parse(body)))
                yield return $"The body is not as documented: {error}";
        }

        var errors = status == 400 ? Errors(body) : [];
        if (request.Broken is not { } broken)
            _reasons.UnionWith(errors.Select(error => $"{error.Field.Split('.')[0].Split('[')[0]} {error.Code}"));
        // What was done once may be in the way of doing it again.
        else if (status is not (400 or 409))
            yield return "The document forbids it";
        else if (status == 400 && !errors.Any(error => error.Field.Contains(broken.Place, StringComparison.Ordinal) || error.Field is "body"))
            yield return "The place is not named";
    }

    private static IReadOnlyList<(string Field, string Code)> Errors(string problem)
    {
        using var document = JsonDocument.Parse(problem);
        return document.RootElement.GetProperty("extensions").TryGetProperty("validationErrors", out var errors)
            ? [.. errors.EnumerateArray().Select(error => (error.Text("field")!, error.Text("code")!))]
            : [];
    }

    /// <summary>A tenant with one of each; tells a portal token of its.</summary>
    private async Task<string> FillAsync(Ulid tenantId, HttpClient owner)
    {
        async Task<JsonElement> PostAsync(string path, string body)
        {
            using var answer = await owner.PostAsync(new Uri($"/api/v1/{path}", UriKind.Relative), Json.Content(body), Token);
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
            return await answer.ReadJsonAsync(Token);
        }

        await PostAsync("meters", """{"slug":"tokens","eventType":"t","aggregation":"SUM","valueProperty":"$.tokens","groupBy":{"model":"$.model"}}""");
        await PostAsync("customers", """{"name":"Acme","key":"acme"}""");
        await PostAsync("subjects", """[{"key":"acme"}]""");
        await using var sink = await SinkStandIn.OpenAsync(api, tenantId);
        await sink.StoreAsync([Event, .. Enumerable.Repeat("no event", MostThings)]);
        foreach (var noun in (string[])["meters", "customers", "subjects", "dead-letters"])
        {
            using var list = await owner.GetAsync(new Uri($"/api/v1/{noun}", UriKind.Relative), Token);
            Remember(noun, await list.Content.ReadAsStringAsync(Token));
        }

        Remember("api-keys", $$"""{"id":"{{(await api.CreateKeyAsync(tenantId, Token, "usage:read")).Key.Id}}"}""");
        (_things["source"], _things["events"], _things["key"]) = (["s"], ["e"], ["model"]);
        return (await PostAsync("portal/tokens", """{"subject":"acme"}""")).Text("token")!;
    }

    private string OneOf(ApiOperation operation, string parameter, Random random)
    {
        var noun = operation.Path.Split('/')[3];
        var known = _things.GetValueOrDefault(parameter) ?? _things[noun is "portal" ? "meters" : noun];
        return known.Count == 0 || random.Next(10) == 0 ? "no-such" : known[random.Next(known.Count)];
    }

    /// <summary>What exists can be asked for. Not keys that are listed: nothing may revoke the one that all is asked with.</summary>
    private void Remember(string noun, string body)
    {
        var known = _things.TryGetValue(noun, out var list) ? list : _things[noun] = [];
        using var document = JsonDocument.Parse(body);
        var things = document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray()]
            : document.RootElement.TryGetProperty("items", out var items) ? items.EnumerateArray().ToArray()
            : [document.RootElement.TryGetProperty("apiKey", out var apiKey) ? apiKey : document.RootElement];
        foreach (var name in things.SelectMany(thing => new[] { "id", "slug" }.Where(property => thing.TryGetProperty(property, out _)).Select(property => thing.Text(property)!)))
        {
            if (known.Count < MostThings)
                known.Add(name);
        }
    }
}
