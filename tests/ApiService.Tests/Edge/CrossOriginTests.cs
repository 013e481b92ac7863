using System.Net;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.Tests.Edge;

/// <summary>Web pages of other origins: kept out, but for those that are configured.</summary>
public sealed class CrossOriginTests(TestApi api)
{
    private const string Friend = "https://app.example.com";
    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_NothingConfigured_NoPageIsLetIn()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var preflight = await client.SendAsync(Preflight(Friend), Token);
        using var answer = await client.SendAsync(From(Friend), Token);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, preflight.StatusCode);
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Send_OriginsConfigured_OnlyTheirPagesAreLetIn()
    {
        await using var factory = api.Another(settings: [("Cors:Origins:0", Friend), ("Cors:Origins:1", "http://localhost:3000")]);
        factory.StartServer();
        using var client = factory.CreateClient();

        using var preflight = await client.SendAsync(Preflight(Friend), Token);
        using var strange = await client.SendAsync(Preflight("https://app.example.com.evil.example"), Token);
        using var unauthorized = await client.SendAsync(From(Friend), Token);
        using var strangers = await client.SendAsync(From("https://evil.example"), Token);

        Assert.Equal((HttpStatusCode.NoContent, Friend), (preflight.StatusCode, Header(preflight, "Access-Control-Allow-Origin")));
        Assert.Contains("X-API-Key", Header(preflight, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
        Assert.Contains("PUT", Header(preflight, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.False(strange.Headers.Contains("Access-Control-Allow-Origin"));
        // The page may read why it was refused, and never sends cookies.
        Assert.Equal((HttpStatusCode.Unauthorized, Friend), (unauthorized.StatusCode, Header(unauthorized, "Access-Control-Allow-Origin")));
        Assert.Contains("X-Request-Id", Header(unauthorized, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.False(unauthorized.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.False(strangers.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://*.example.com")]
    [InlineData("http://app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("https://app.example.com:443")]
    [InlineData("https://App.example.com")]
    [InlineData("https://user@app.example.com")]
    [InlineData("app.example.com")]
    [InlineData("null")]
    public void Start_NoExactOrigin_FailsAndNamesIt(string origin)
    {
        using var factory = api.Another(settings: [("Cors:Origins:0", Friend), ("Cors:Origins:1", origin)]);

        var failure = Assert.Throws<OptionsValidationException>(factory.StartServer);

        Assert.Contains($"Cors:Origins:1 must be an exact origin such as https://app.example.com, and is '{origin}'.", failure.Message, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Preflight(string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, Meters);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "x-api-key,content-type");
        return request;
    }

    private static HttpRequestMessage From(string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Meters);
        request.Headers.Add("Origin", origin);
        return request;
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(',', answer.Headers.GetValues(name));
}
