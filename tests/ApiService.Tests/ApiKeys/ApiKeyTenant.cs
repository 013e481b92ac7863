using System.Net;
using System.Text.Json;

namespace CloudNative.ApiService.Tests.ApiKeys;

/// <summary>A tenant that manages its keys.</summary>
internal sealed class ApiKeyTenant(TestApi api, Ulid id, HttpClient client) : IDisposable
{
    public const string Keys = "/api/v1/api-keys";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public Ulid Id => id;

    public static async Task<ApiKeyTenant> OpenAsync(TestApi api)
    {
        var (id, secret) = await api.CreateTenantAsync(Token);
        return new ApiKeyTenant(api, id, api.ClientOf(secret));
    }

    /// <summary>The same tenant, acting with another of its keys.</summary>
    public ApiKeyTenant With(string secret) => new(api, id, api.ClientOf(secret));

    /// <summary>Creates a key and tells its secret and id.</summary>
    public async Task<(string Secret, string Id)> CreateAsync(string scopes = "meters:read", string more = "")
    {
        var created = await SendAsync("POST", Keys, HttpStatusCode.Created, $$"""{"name":"billing","scopes":["{{scopes}}"]{{more}}}""");
        return (created.Text("secret")!, created.GetProperty("apiKey").Text("id")!);
    }

    public async Task<JsonElement> SendAsync(string method, string path, HttpStatusCode expected, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : Json.Content(body) };
        using var answer = await client.SendAsync(request, Token);
        Assert.True(answer.StatusCode == expected, $"{method} {path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}");
        return expected == HttpStatusCode.NoContent ? default : await answer.ReadJsonAsync(Token);
    }

    public Task<JsonElement> GetAsync(string path) => SendAsync("GET", path, HttpStatusCode.OK);

    /// <summary>What a request with the key is answered with.</summary>
    public async Task<HttpStatusCode> TryAsync(string secret)
    {
        using var other = api.ClientOf(secret);
        using var answer = await other.GetAsync(new Uri("/api/v1/meters", UriKind.Relative), Token);
        return answer.StatusCode;
    }

    public void Dispose() => client.Dispose();
}
