using System.Net;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.Tests.Portal;

/// <summary>What a browser needs: pages of configured origins are let in on the portal's route, and there only.</summary>
public sealed class PortalBrowserTests(TestApi api)
{
    private const string Page = "https://app.example.com";
    private const string Query = "/api/v1/portal/meters/tokens/query";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_FromAnotherProcess_IsLetInByOriginQuotaAndToken()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);
        var (secret, id) = await tenant.CreateAsync();
        await using var factory = api.Another(settings: [("Portal:Origins:0", Page), ("RateLimits:KeyRequests", "3"), ("RateLimits:Window", "01:00:00")]);
        factory.StartServer();
        using var client = factory.CreateClient();

        using var preflight = await client.SendAsync(Request(HttpMethod.Options, Query, Page), Token);
        Assert.Equal((HttpStatusCode.NoContent, Page), (preflight.StatusCode, Header(preflight, "Access-Control-Allow-Origin")));
        Assert.Contains("Authorization", Header(preflight, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Credentials"));
        using var strange = await client.SendAsync(Request(HttpMethod.Options, Query, "https://evil.example"), Token);
        Assert.False(strange.Headers.Contains("Access-Control-Allow-Origin"));
        using var elsewhere = await client.SendAsync(Request(HttpMethod.Options, "/api/v1/portal/tokens", Page), Token);
        Assert.False(elsewhere.Headers.Contains("Access-Control-Allow-Origin"));

        using var answer = await client.SendAsync(Request(HttpMethod.Get, Query, Page, secret), Token);
        Assert.Equal((HttpStatusCode.OK, Page), (answer.StatusCode, Header(answer, "Access-Control-Allow-Origin")));
        Assert.StartsWith("\"key\";r=2;", Header(answer, "RateLimit"), StringComparison.Ordinal);
        using var second = await client.SendAsync(Request(HttpMethod.Get, Query, Page, secret), Token);
        using var third = await client.SendAsync(Request(HttpMethod.Get, Query, Page, secret), Token);
        using var refused = await client.SendAsync(Request(HttpMethod.Get, Query, Page, secret), Token);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], [second.StatusCode, third.StatusCode, refused.StatusCode]);
        Assert.Equal(Page, Header(refused, "Access-Control-Allow-Origin"));

        await tenant.SendAsync("POST", $"{PortalTenant.Tokens}/invalidate", HttpStatusCode.NoContent, $$"""{"id":"{{id}}"}""");
        using var ended = await client.SendAsync(Request(HttpMethod.Get, Query, Page, secret), Token);
        Assert.Equal((HttpStatusCode.Unauthorized, Page), (ended.StatusCode, Header(ended, "Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Ask_NothingConfigured_NoPageIsLetIn()
    {
        using var client = api.Anonymous;

        using var preflight = await client.SendAsync(Request(HttpMethod.Options, Query, Page), Token);

        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://*.example.com")]
    [InlineData("http://app.example.com")]
    [InlineData("https://app.example.com/")]
    [InlineData("null")]
    public void Start_NoExactOrigin_FailsAndNamesIt(string origin)
    {
        using var factory = api.Another(settings: [("Portal:Origins:0", Page), ("Portal:Origins:1", origin)]);

        var failure = Assert.Throws<OptionsValidationException>(factory.StartServer);

        Assert.Contains($"Portal:Origins:1 must be an exact origin such as https://app.example.com, and is '{origin}'.", failure.Message, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string origin, string? secret = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", origin);
        if (method == HttpMethod.Options)
        {
            request.Headers.Add("Access-Control-Request-Method", "GET");
            request.Headers.Add("Access-Control-Request-Headers", "authorization");
        }

        if (secret is not null)
            request.Headers.Authorization = new("Bearer", secret);
        return request;
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(',', answer.Headers.GetValues(name));
}
