using System.Net;
using System.Text.Json;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Portal;
using CloudNative.Metering.ApiKeys;
using CloudNative.Tests;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>For every route there is, also those that will be added: a key without its scope gets 403, and a key of another tenant sees nothing of this one's.</summary>
public sealed class RouteAccessTests(TestApi api)
{
    private const string Meter = "belongs_to_somebody_else";
    private const string Event = """{"specversion":"1.0","id":"belongs-to-somebody-else","source":"somewhere","type":"t","subject":"somebody-else","data":{}}""";

    /// <summary>A good body for each route that takes one, also for its owner; <c>[noun]</c> stands for what the first tenant has of it.</summary>
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["CreateApiKey"] = """{"name":"mine","scopes":["usage:read"]}""",
        ["CreateCustomer"] = """{"name":"mine","key":"mine"}""",
        ["CreateMeter"] = """{"slug":"mine","eventType":"t","aggregation":"COUNT"}""",
        ["CreatePortalToken"] = $$"""{"subject":"somebody-else","allowedMeterSlugs":["{{Meter}}"]}""",
        ["DiscardDeadLetter"] = """{"reason":"r"}""",
        ["ImportCustomers"] = "name,key\nmine,mine-too\n",
        ["IngestEvents"] = Event,
        ["InvalidatePortalTokens"] = """{"id":"[portal]"}""",
        ["PreviewMeter"] = """{"slug":"mine","eventType":"t","aggregation":"COUNT"}""",
        ["QueryMeterPost"] = """{"filterCustomerId":["[customers]"]}""",
        ["RenameApiKey"] = """{"name":"mine now"}""",
        ["RepairDeadLetter"] = Event,
        ["ReplayDeadLetters"] = """{"ids":["[dead-letters]"]}""",
        ["RotateApiKey"] = """{"overlapSeconds":60}""",
        ["UpdateCustomer"] = """{"name":"mine now","key":"mine-now"}""",
        ["UpdateMeter"] = """{"name":"mine now"}""",
        ["UpsertSubjects"] = """[{"key":"mine"}]""",
    };

    /// <summary>What a stranger gets who names things of the first tenant in a body: one that is valid where they are.</summary>
    private static readonly Dictionary<string, HttpStatusCode> NamedInBodies = new()
    {
        ["CreatePortalToken"] = HttpStatusCode.BadRequest,
        ["InvalidatePortalTokens"] = HttpStatusCode.NotFound,
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IEnumerable<RouteEndpoint> Routes => api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal) && endpoint.Metadata.GetMetadata<PortalRoute>() is null);

    [Proves("403 with too little scope", "Everything else (keys, audit, dead letters, ledger) is our own, in the same style")]
    [Fact]
    public async Task Send_KeyWithEveryOtherScope_Is403ThatNamesTheScope()
    {
        var (tenantId, _) = await api.CreateTenantAsync(Token);
        var wrong = new List<string>();
        foreach (var route in Routes)
        {
            var scope = route.Metadata.GetMetadata<RequiredScope>()?.Scope;
            var others = ApiScope.All.Select(known => known.Scope).Where(other => other != scope && other != ApiScope.Everything).ToArray();
            using var client = api.ClientOf((await api.CreateKeyAsync(tenantId, Token, others)).Secret);
            using var answer = await client.SendAsync(Request(route, _ => "x", []), Token);
            var body = await answer.Content.ReadAsStringAsync(Token);
            if (answer.StatusCode != HttpStatusCode.Forbidden || answer.Content.Headers.ContentType?.ToString() != "application/problem+json" || !body.Contains($"lacks the scope '{scope}'", StringComparison.Ordinal)
                || !body.Contains($"\"requiredScope\":\"{scope}\"", StringComparison.Ordinal))
                wrong.Add($"{Name(route)}: {(int)answer.StatusCode} {body}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Send_KeyOfAnotherTenant_FindsNothingOfTheFirst()
    {
        var (owner, ids) = await FillAsync();
        using var stranger = await api.CreateTenantClientAsync(Token);
        var wrong = new List<string>();
        foreach (var route in Routes)
        {
            using var answer = await stranger.SendAsync(Request(route, parameter => Target(route, parameter, ids), ids), Token);
            var body = await answer.Content.ReadAsStringAsync(Token);
            var isNamed = route.RoutePattern.Parameters.Count > 0;
            if (isNamed ? answer.StatusCode != HttpStatusCode.NotFound
                : NamedInBodies.TryGetValue(Id(route), out var expected) ? answer.StatusCode != expected : !answer.IsSuccessStatusCode)
                wrong.Add($"{Name(route)}: {(int)answer.StatusCode}: {body}");
            // The answer to a request that names a thing repeats the name, and no more.
            var told = isNamed ? [] : ids.Values.Append("somebody-else").Where(id => body.Contains(id, StringComparison.Ordinal) && !Body(route, ids).Contains(id, StringComparison.Ordinal));
            if (told.Any())
                wrong.Add($"{Name(route)} shows what belongs to another tenant: {body}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        await AssertUntouchedAsync(owner, ids);
        await AssertBodiesAreGoodAsync(owner, ids);
        owner.Dispose();
    }

    /// <summary>The same bodies sent by whoever the things belong to, so that it was not for them that the stranger was refused.</summary>
    private async Task AssertBodiesAreGoodAsync(HttpClient owner, Dictionary<string, string> ids)
    {
        var wrong = new List<string>();
        foreach (var route in Routes.Where(route => Accepted(route) is not null))
        {
            using var answer = await owner.SendAsync(Request(route, parameter => Target(route, parameter, ids), ids), Token);
            // What was done to the thing before may be in the way.
            if (!answer.IsSuccessStatusCode && answer.StatusCode != HttpStatusCode.Conflict)
                wrong.Add($"{Name(route)}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Send_PortalToken_OpensNoRouteButThePortals()
    {
        using var owner = await api.CreateTenantClientAsync(Token);
        using var created = await owner.PostAsync(new Uri("/api/v1/portal/tokens", UriKind.Relative), Json.Content("""{"subject":"acme"}"""), Token);
        using var customer = api.ClientOf((await created.ReadJsonAsync(Token)).Text("token")!);
        var wrong = new List<string>();
        foreach (var route in Routes)
        {
            using var answer = await customer.SendAsync(Request(route, _ => "x", []), Token);
            if (answer.StatusCode != HttpStatusCode.Unauthorized)
                wrong.Add($"{Name(route)}: {(int)answer.StatusCode}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>A tenant with one of everything.</summary>
    private async Task<(HttpClient Owner, Dictionary<string, string> Ids)> FillAsync()
    {
        var (tenantId, secret) = await api.CreateTenantAsync(Token);
        var owner = api.ClientOf(secret);
        using var meter = await owner.PostAsync(
            new Uri("/api/v1/meters", UriKind.Relative), Json.Content($$"""{"slug":"{{Meter}}","eventType":"t","aggregation":"COUNT"}"""), Token);
        Assert.Equal(HttpStatusCode.Created, meter.StatusCode);
        using var customer = await owner.PostAsync(new Uri("/api/v1/customers", UriKind.Relative), Json.Content("""{"name":"theirs","key":"somebody-else"}"""), Token);
        Assert.Equal(HttpStatusCode.Created, customer.StatusCode);
        using var subject = await owner.PostAsync(new Uri("/api/v1/subjects", UriKind.Relative), Json.Content("""[{"key":"somebody-else","displayName":"theirs"}]"""), Token);
        Assert.Equal(HttpStatusCode.OK, subject.StatusCode);
        await using var sink = await SinkStandIn.OpenAsync(api, tenantId);
        await sink.StoreAsync(Event, "no event");
        var keyId = (await api.CreateKeyAsync(tenantId, Token, ApiScope.KeysManage)).Key.Id;
        using var token = await owner.PostAsync(new Uri("/api/v1/portal/tokens", UriKind.Relative), Json.Content("""{"subject":"somebody-else"}"""), Token);
        var letters = await GetAsync(owner, "/api/v1/dead-letters");
        return (owner, new()
        {
            ["meters"] = (await meter.ReadJsonAsync(Token)).Text("id")!,
            ["customers"] = (await customer.ReadJsonAsync(Token)).Text("id")!,
            ["subjects"] = (await subject.ReadJsonAsync(Token))[0].Text("id")!,
            ["dead-letters"] = letters.GetProperty("items")[0].Text("id")!,
            ["api-keys"] = keyId.ToString(),
            ["portal"] = (await token.ReadJsonAsync(Token)).Text("id")!,
            ["source"] = "somewhere",
            ["events"] = "belongs-to-somebody-else",
        });
    }

    /// <summary>What the owner has is as it was, so that the first test's 404 were no luck of the order.</summary>
    private static async Task AssertUntouchedAsync(HttpClient owner, Dictionary<string, string> ids)
    {
        Assert.Equal(Meter, (await GetAsync(owner, $"/api/v1/meters/{ids["meters"]}")).Text("slug"));
        Assert.Equal("theirs", (await GetAsync(owner, $"/api/v1/customers/{ids["customers"]}")).Text("name"));
        Assert.Equal("theirs", (await GetAsync(owner, $"/api/v1/subjects/{ids["subjects"]}")).Text("displayName"));
        Assert.Equal("open", (await GetAsync(owner, $"/api/v1/dead-letters/{ids["dead-letters"]}")).GetProperty("letter").Text("state"));
        var key = await GetAsync(owner, $"/api/v1/api-keys/{ids["api-keys"]}");
        Assert.Equal(("test", "active"), (key.Text("name"), key.Text("state")));
        await GetAsync(owner, $"/api/v1/events/{ids["source"]}/{ids["events"]}");
        var token = Assert.Single((await GetAsync(owner, "/api/v1/portal/tokens")).EnumerateArray());
        Assert.Equal((ids["portal"], false), (token.Text("id"), token.GetProperty("expired").GetBoolean()));
    }

    /// <summary>What the first tenant has for a route's parameter.</summary>
    private static string Target(RouteEndpoint route, string parameter, Dictionary<string, string> ids)
    {
        var noun = route.RoutePattern.RawText!.Split('/')[3];
        return ids.GetValueOrDefault(parameter) ?? ids.GetValueOrDefault(noun)
            ?? throw new InvalidOperationException($"{Name(route)}: say in FillAsync what the first tenant has for '{parameter}'.");
    }

    private static HttpRequestMessage Request(RouteEndpoint route, Func<string, string> valueOf, Dictionary<string, string> ids)
    {
        var path = string.Join('/', route.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternParameterPart parameter => valueOf(parameter.Name),
            _ => throw new InvalidOperationException($"{Name(route)} has a part that is no parameter and no text."),
        }))));
        var request = new HttpRequestMessage(new HttpMethod(Method(route)), $"/{path}");
        if (Accepted(route) is { } type)
            request.Content = Json.Content(Body(route, ids), type);
        return request;
    }

    private static string Body(RouteEndpoint route, Dictionary<string, string> ids) => Accepted(route) is null ? ""
        : ids.Aggregate(
            Bodies.GetValueOrDefault(Id(route)) ?? throw new InvalidOperationException($"{Name(route)}: say in Bodies what a good one is."),
            (body, thing) => body.Replace($"[{thing.Key}]", thing.Value, StringComparison.Ordinal));

    /// <summary>The content type of its body; null where it takes none.</summary>
    private static string? Accepted(RouteEndpoint route) => route.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0];

    private static string Id(RouteEndpoint route) => route.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName;

    private static string Method(RouteEndpoint route) => route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];

    private static string Name(RouteEndpoint route) => $"{Method(route)} {route.RoutePattern.RawText}";

    private static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Token);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode}");
        return await answer.ReadJsonAsync(Token);
    }
}
