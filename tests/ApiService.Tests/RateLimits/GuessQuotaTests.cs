using System.Net;
using CloudNative.ApiService.Tests.Portal;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.RateLimits;

/// <summary>Requests without a good key are few: who guesses gets 429, and learns nothing.</summary>
public sealed class GuessQuotaTests(TestApi api)
{
    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);
    private static readonly Uri Usage = new("/api/v1/portal/meters/tokens/query", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_WrongKeysOnAndOn_Is429AndOnlyKeysThatAreKnownHereGoOn()
    {
        await using var factory = api.Another(settings: [("RateLimits:AddressFailures", "3"), ("RateLimits:Window", "00:10:00")]);
        factory.StartServer();
        var (tenantId, known) = await api.CreateTenantAsync(Token);
        var unknown = (await api.CreateKeyAsync(tenantId, Token, "*")).Secret;

        HttpStatusCode[] before = [await StatusAsync(factory, known), await StatusAsync(factory, "a"), await StatusAsync(factory, null), await StatusAsync(factory, "b")];
        using var refused = await SendAsync(factory, "c");
        HttpStatusCode[] after =
        [
            await StatusAsync(factory, null), await StatusAsync(factory, "a"), await StatusAsync(factory, known),
            // Good, but it could be a guess.
            await StatusAsync(factory, unknown),
        ];

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], before);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal([HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], after);
        Assert.Equal("\"address\";q=3;w=600", Assert.Single(refused.Headers.GetValues("RateLimit-Policy")));
        Assert.Equal($"\"address\";r=0;t={refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds}", Assert.Single(refused.Headers.GetValues("RateLimit")));
        Assert.Equal("address", (await refused.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("violatedPolicies")[0].GetString());
    }

    [Fact]
    public async Task Send_AfterTheWindow_IsTakenForAGuessNoMore()
    {
        await using var factory = api.Another(settings: [("RateLimits:AddressFailures", "1"), ("RateLimits:Window", "00:00:02")]);
        factory.StartServer();
        var (_, key) = await api.CreateTenantAsync(Token);
        await StatusAsync(factory, "a");
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(factory, "b"));

        await Eventually.GetAsync(_ => StatusAsync(factory, key), status => status == HttpStatusCode.OK, "the good key is let in");
    }

    [Fact]
    public async Task Send_WrongWhileLimitsAreOff_IsAlways401()
    {
        await using var factory = api.Another(settings: [("RateLimits:Enabled", "false"), ("RateLimits:AddressFailures", "1")]);
        factory.StartServer();

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], [await StatusAsync(factory, "a"), await StatusAsync(factory, null)]);
    }

    [Fact]
    public async Task Ask_WrongPortalTokensOnAndOn_Is429AndOnlyTokensThatAreKnownHereGoOn()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);
        var ((known, id), (unknown, _)) = (await tenant.CreateAsync(), await tenant.CreateAsync());
        await using var factory = api.Another(settings: [("RateLimits:AddressFailures", "3"), ("RateLimits:Window", "00:10:00")]);
        factory.StartServer();

        HttpStatusCode[] before = [await AskAsync(known), await AskAsync("a"), await AskAsync(null), await StatusAsync(factory, "b")];
        using var refused = await SendAsync(factory, "c", Usage);
        HttpStatusCode[] after = [await AskAsync(null), await AskAsync(known), await AskAsync(unknown), await StatusAsync(factory, "b")];
        await tenant.SendAsync("POST", $"{PortalTenant.Tokens}/invalidate", HttpStatusCode.NoContent, $$"""{"id":"{{id}}"}""");

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], before);
        Assert.Equal([HttpStatusCode.TooManyRequests, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], after);
        Assert.Equal("address", (await refused.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("violatedPolicies")[0].GetString());
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(known));

        Task<HttpStatusCode> AskAsync(string? token) => StatusAsync(factory, token, Usage);
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiFactory factory, string? key, Uri? path = null)
    {
        using var answer = await SendAsync(factory, key, path);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(ApiFactory factory, string? key, Uri? path = null)
    {
        using var client = factory.CreateClient();
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return await client.GetAsync(path ?? Meters, Token);
    }
}
