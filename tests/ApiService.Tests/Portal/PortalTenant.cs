using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace CloudNative.ApiService.Tests.Portal;

/// <summary>A tenant that shows its customers their usage: meters <c>tokens</c> (SUM by model) and <c>calls</c> (COUNT), events of acme and of globex.</summary>
internal sealed record PortalTenant(TestApi Api, HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink)
{
    public const string Tokens = "/api/v1/portal/tokens";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<PortalTenant> OpenAsync(TestApi api)
    {
        var tenant = await OpenAsync(api, (client, sink) => new PortalTenant(api, client, sink));
        await tenant.SendAsync(
            "POST", "/api/v1/meters", HttpStatusCode.Created,
            """{"slug":"tokens","eventType":"prompt","aggregation":"SUM","valueProperty":"$.n","groupBy":{"model":"$.model"}}""");
        await tenant.SendAsync("POST", "/api/v1/meters", HttpStatusCode.Created, """{"slug":"calls","eventType":"prompt","aggregation":"COUNT"}""");
        await tenant.Sink.StoreAsync(Event("1", "acme", 3, "a"), Event("2", "acme", 4, "b"), Event("3", "globex", 500, "a"));
        return tenant;
    }

    /// <summary>Creates a token and tells it and its id.</summary>
    public async Task<(string Secret, string Id)> CreateAsync(string body = """{"subject":"acme"}""")
    {
        var created = await SendAsync("POST", Tokens, HttpStatusCode.OK, body);
        return (created.Text("token")!, created.Text("id")!);
    }

    public async Task<JsonElement> SendAsync(string method, string path, HttpStatusCode expected, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : Json.Content(body) };
        using var answer = await Client.SendAsync(request, Token);
        Assert.True(answer.StatusCode == expected, $"{method} {path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}");
        return expected == HttpStatusCode.NoContent ? default : await answer.ReadJsonAsync(Token);
    }

    /// <summary>Asks a meter as a browser with a token does.</summary>
    public async Task<JsonElement> QueryAsync(string secret, string query = "", string slug = "tokens", HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await AskAsync(secret, query, slug);
        Assert.True(answer.StatusCode == expected, $"{slug}{query}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}");
        return await answer.ReadJsonAsync(Token);
    }

    /// <summary>What it is answered with.</summary>
    public async Task<HttpStatusCode> TryAsync(string secret, string slug = "tokens")
    {
        using var answer = await AskAsync(secret, "", slug);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> AskAsync(string secret, string query, string slug)
    {
        using var browser = Api.Anonymous;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/portal/meters/{slug}/query{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return await browser.SendAsync(request, Token);
    }

    public static string Event(string id, string subject, int n, string model) =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"s","type":"prompt","subject":"{{subject}}","time":"2026-03-01T10:00:00Z","data":{"n":{{n}},"model":"{{model}}"} }""";
}
