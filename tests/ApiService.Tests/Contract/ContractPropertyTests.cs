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
    private const string DimensionParameter = "key";

    /// <summary>Until an operation takes something, where the names that are drawn seldom mean anything.</summary>
    private const int MostTries = 300;

    /// <summary>Longer ones are answered by the server itself, with 414.</summary>
    private const int MostAddress = 8_000;

    /// <summary>Header fields of every answer; the server's own, and those of <c>docs/decisions/0029</c>.</summary>
    private static readonly string[] OfEveryAnswer =
    [
        "Date", "Server", "Transfer-Encoding", "Content-Type", "Content-Length", "Cache-Control", "Pragma", "Expires", "Vary", "X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy",
        "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "X-Request-Id",
    ];

    /// <summary>Names of things that exist, by noun.</summary>
    private readonly Dictionary<string, List<string>> _things = [];
    private readonly Dictionary<string, string[]> _namesOf = [];
    private readonly Dictionary<string, List<string>> _dimensionsOf = [];

    /// <summary>The last name in a path: one that follows is of it.</summary>
    private string _chosen = "";

    private readonly SortedDictionary<string, int> _statuses = [];
    private readonly HashSet<string> _taken = [];

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
        async Task DrawAsync(ApiOperation operation)
        {
            var request = new DrawnRequest(operation, random, parameter => OneOf(operation, parameter, random));
            var client = operation.Path.StartsWith("/api/v1/portal/meters", StringComparison.Ordinal) ? customer : owner;
            // What is gone can't be asked for again.
            if (await SendAsync(operation, request, client, wrong) && operation.Method != "DELETE" && request.Break(random))
                await SendAsync(operation, request, client, wrong);
        }

        for (var i = Number("CONTRACT_CASES") ?? 1_200; i > 0; i--)
            await DrawAsync(operations[random.Next(operations.Length)]);
        foreach (var operation in operations)
        {
            for (var i = 0; i < MostTries && !_taken.Contains(operation.Id); i++)
                await DrawAsync(operation);
        }

        output.WriteLine($"Seed {seed}: {string.Join(", ", _statuses.Select(entry => $"{entry.Value} × {entry.Key}"))}");
        Assert.True(wrong.Count == 0, $"Seed {seed}, {wrong.Count} faults:\n{string.Join('\n', wrong.Take(40))}");
        // Else nothing was proven of one.
        Assert.Empty(operations.Select(operation => operation.Id).Except(_taken));
    }

    /// <summary>Notes what is wrong with the answer, and tells whether the request was taken.</summary>
    private async Task<bool> SendAsync(ApiOperation operation, DrawnRequest request, HttpClient client, List<string> wrong)
    {
        using var message = request.ToMessage();
        if (message.RequestUri!.OriginalString.Length > MostAddress)
            return false;
        using var answer = await client.SendAsync(message, Token);
        var body = await answer.Content.ReadAsStringAsync(Token);
        wrong.AddRange(Faults(operation, request, answer, body).Select(fault => $"{fault}\n    {request}\n    {(int)answer.StatusCode} {body[..Math.Min(body.Length, 600)]}"));
        if (operation.Id == "UpdateMeter" && answer.IsSuccessStatusCode)
            RememberDimensions(await answer.ReadJsonAsync(Token));
        if (answer.StatusCode == HttpStatusCode.Created || (operation.Id == "UpsertSubjects" && answer.IsSuccessStatusCode))
            Remember(operation.Path.Split('/')[3], body);
        if (message.Method == HttpMethod.Delete && answer.IsSuccessStatusCode)
            Forget(operation.Path.Split('/')[3], Uri.UnescapeDataString(message.RequestUri.OriginalString.Split('/')[^1]));
        if (answer.IsSuccessStatusCode && request.Broken is null)
            _taken.Add(operation.Id);
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
        if (request.Broken is { } broken)
        {
            if (status != 400)
                yield return "The document forbids it";
            else if (!errors.Any(error => error.Field.Contains(broken.Place, StringComparison.Ordinal)))
                yield return "The place is not named";
        }
        else if (!OutsideTheDocument.Allows(operation, request, status, errors))
        {
            yield return "The document allows it";
        }
        else if (status < 300 && request.Names(DrawnRequest.NoSuch))
        {
            yield return "What is not there was found";
        }
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
        (_things["source"], _things["events"]) = (["s"], ["e"]);
        return (await PostAsync("portal/tokens", """{"subject":"acme"}""")).Text("token")!;
    }

    private string OneOf(ApiOperation operation, string parameter, Random random)
    {
        var noun = operation.Path.Split('/')[3];
        var known = parameter == DimensionParameter ? _dimensionsOf.GetValueOrDefault(_chosen) ?? [] : _things.GetValueOrDefault(parameter) ?? _things[noun is "portal" ? "meters" : noun];
        // What is deleted is missing to the requests that follow.
        return _chosen = known.Count == 0 || random.Next(operation.Method == "DELETE" ? 2 : 20) == 0 ? DrawnRequest.NoSuch : known[random.Next(known.Count)];
    }

    /// <summary>What exists can be asked for. Not keys that are listed: nothing may revoke the one that all is asked with.</summary>
    private void Remember(string noun, string body)
    {
        var known = _things.TryGetValue(noun, out var list) ? list : _things[noun] = [];
        using var document = JsonDocument.Parse(body);
        var things = document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray()]
            : document.RootElement.TryGetProperty("items", out var items) ? items.EnumerateArray().ToArray()
            : [document.RootElement.TryGetProperty("apiKey", out var apiKey) ? apiKey : document.RootElement];
        foreach (var meter in things.Where(_ => noun == "meters"))
            RememberDimensions(meter);
        foreach (var names in things.Select(thing => new[] { "id", "slug" }.Where(property => thing.TryGetProperty(property, out _)).Select(property => thing.Text(property)!).ToArray()))
        {
            if (known.Count >= MostThings)
                break;
            known.AddRange(names);
            foreach (var name in names)
                _namesOf[name] = names;
        }
    }

    /// <summary>By each name of a meter.</summary>
    private void RememberDimensions(JsonElement meter)
    {
        foreach (var property in (string[])["id", "slug"])
            _dimensionsOf[meter.Text(property)!] = meter.TryGetProperty("groupBy", out var groupBy) ? [.. groupBy.EnumerateObject().Select(dimension => dimension.Name)] : [];
    }

    /// <summary>What was deleted is gone under each of its names.</summary>
    private void Forget(string noun, string name) => _things[noun].RemoveAll((_namesOf.GetValueOrDefault(name) ?? [name]).Contains);
}
