using System.Net;

namespace CloudNative.ApiService.Tests.Edge;

/// <summary>What OWASP ASVS 5.0 asks of an API's answers, on every kind of them.</summary>
public sealed class AnswerHeadersTests(TestApi api)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/v1/meters", HttpStatusCode.OK)]
    [InlineData("GET", "/api/v1/meters/nowhere", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/meters?page=x", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("PATCH", "/api/v1/meters", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/alive", HttpStatusCode.OK)]
    [InlineData("GET", "/openapi/v1.json", HttpStatusCode.OK)]
    public async Task Send_Anything_AnswerIsNoPageAndNotToBeFramed(string method, string path, HttpStatusCode status)
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await client.SendAsync(request, Token);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
        Assert.Equal("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox", Header(answer, "Content-Security-Policy"));
        Assert.Contains("no-store", Header(answer, "Cache-Control"), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task ReferencePage_Opened_RunsOnlyItsOwnScripts()
    {
        using var client = api.Anonymous;

        using var first = await client.GetAsync(new Uri("/scalar/", UriKind.Relative), Token);
        using var second = await client.GetAsync(new Uri("/scalar/", UriKind.Relative), Token);

        var policy = Header(first, "Content-Security-Policy");
        var nonce = policy.Split("'nonce-")[1].Split('\'')[0];
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'self' 'unsafe-inline'", policy, StringComparison.Ordinal);
        Assert.NotEqual(policy, Header(second, "Content-Security-Policy"));
        var page = await first.Content.ReadAsStringAsync(Token);
        Assert.Equal(page.Split("<script").Length, page.Split($"nonce=\"{nonce}\"").Length);
    }

    private static string Header(HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));
}
