using System.Net;
using System.Text;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.ApiService.Tests.Idempotency;

/// <summary>Idempotency-Key at the routes that make API keys and portal tokens: the answer, which shows the secret, comes again to its caller only, and is kept sealed.</summary>
public sealed class SecretAnswerTests(TestApi api)
{
    private const string NewKey = """{"name": "n", "scopes": ["meters:read"]}""";
    private const string Keys = "/api/v1/api-keys";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateKey_SentAgain_ShowsTheSameSecretAndStoresNone()
    {
        var (tenantId, caller) = await api.CreateTenantAsync(Token);
        using var client = api.ClientOf(caller);

        using var first = await SendAsync(client, Keys, NewKey);
        using var second = await SendAsync(client, Keys, NewKey);

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created], [first.StatusCode, second.StatusCode]);
        Assert.Equal([false, true], [first.Headers.Contains("Idempotent-Replayed"), second.Headers.Contains("Idempotent-Replayed")]);
        Assert.Equal((first.Headers.Location, true), (second.Headers.Location, second.Headers.CacheControl!.NoStore));
        var answer = await first.Content.ReadAsStringAsync(Token);
        Assert.Equal(answer, await second.Content.ReadAsStringAsync(Token));
        var secret = (await first.ReadJsonAsync(Token)).Text("secret")!;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(secret));
        var stored = await StoredAsync(tenantId);
        Assert.DoesNotContain(secret, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(ApiKeySecret.Mark, stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rotate_SentAgain_ShowsTheSameSecret()
    {
        var (tenantId, caller) = await api.CreateTenantAsync(Token);
        using var client = api.ClientOf(caller);
        var old = await api.CreateKeyAsync(tenantId, Token, ApiScope.MetersRead);

        using var first = await SendAsync(client, $"{Keys}/{old.Key.Id}/rotate", "{}");
        using var second = await SendAsync(client, $"{Keys}/{old.Key.Id}/rotate", "{}");

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created], [first.StatusCode, second.StatusCode]);
        Assert.Equal(await first.Content.ReadAsStringAsync(Token), await second.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task CreatePortalToken_SentAgain_ShowsTheSameTokenAndMakesNoOther()
    {
        const string Tokens = "/api/v1/portal/tokens";
        var (tenantId, caller) = await api.CreateTenantAsync(Token);
        using var client = api.ClientOf(caller);

        using var first = await SendAsync(client, Tokens, """{"subject": "acme"}""");
        using var second = await SendAsync(client, Tokens, """{"subject": "acme"}""");

        var answer = await first.Content.ReadAsStringAsync(Token);
        Assert.Equal(answer, await second.Content.ReadAsStringAsync(Token));
        Assert.Equal((HttpStatusCode.OK, true), (second.StatusCode, second.Headers.CacheControl!.NoStore));
        Assert.DoesNotContain((await first.ReadJsonAsync(Token)).Text("token")!, await StoredAsync(tenantId), StringComparison.Ordinal);
        using var list = await client.GetAsync(new Uri(Tokens, UriKind.Relative), Token);
        Assert.Single((await list.ReadJsonAsync(Token)).EnumerateArray());
    }

    [Fact]
    public async Task CreateKey_SameKeyOfAnotherCaller_LearnsNothing()
    {
        var (tenantId, caller) = await api.CreateTenantAsync(Token);
        using var client = api.ClientOf(caller);
        using var first = await SendAsync(client, Keys, NewKey);
        using var other = api.ClientOf((await api.CreateKeyAsync(tenantId, Token, ApiScope.Everything)).Secret);

        using var second = await SendAsync(other, Keys, NewKey);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity), (first.StatusCode, second.StatusCode));
        Assert.DoesNotContain((await first.ReadJsonAsync(Token)).Text("secret")!, await second.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateKey_OtherPayload_IsRefused()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var first = await SendAsync(client, Keys, NewKey);

        using var second = await SendAsync(client, Keys, NewKey.Replace("\"n\"", "\"m\"", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity), (first.StatusCode, second.StatusCode));
    }

    [Fact]
    public async Task CreateKey_ManyAtOnce_MakeOneKey()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SendAsync(client, Keys, NewKey)));

        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, answer.StatusCode.ToString()));
        using var list = await client.GetAsync(new Uri(Keys, UriKind.Relative), Token);
        Assert.Single((await list.ReadJsonAsync(Token)).GetProperty("items").EnumerateArray(), key => key.Text("name") == "n");
    }

    private async Task<string> StoredAsync(Ulid tenantId)
    {
        await using var source = NpgsqlDataSource.Create(api.Database);
        await using var command = source.CreateCommand("select headers::text, body from idempotency_keys where tenant_id = $1");
        command.Parameters.AddWithValue(tenantId.ToUuid());
        await using var reader = await command.ExecuteReaderAsync(Token);
        Assert.True(await reader.ReadAsync(Token));
        return reader.GetString(0) + Encoding.Latin1.GetString(reader.GetFieldValue<byte[]>(1));
    }

    private async Task<HttpStatusCode> StatusAsync(string key)
    {
        using var client = api.ClientOf(key);
        using var answer = await client.GetAsync(new Uri("/api/v1/meters", UriKind.Relative), Token);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json.Content(body) };
        request.Headers.Add("Idempotency-Key", "k");
        return await client.SendAsync(request, Token);
    }
}
