using System.Net;
using System.Text.RegularExpressions;
using CloudNative.Tests;
using StackExchange.Redis;

namespace CloudNative.ApiService.Tests.RateLimits;

/// <summary>Requests beyond a quota are refused, by all processes together, and everybody is told what is left.</summary>
public sealed partial class RateLimitTests(TestApi api)
{
    private static readonly (string, string) RedisAway = ("ConnectionStrings:redis", "127.0.0.1:1,connectTimeout=200");
    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_WithinTheDefaults_TellsThePoliciesAndWhatIsLeft()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var answer = await client.GetAsync(Meters, Token);

        Assert.Equal("\"key\";q=500000;w=10, \"tenant\";q=1000000;w=10", Field(answer, "RateLimit-Policy"));
        Assert.Equal("\"key\";r=499999;t=10, \"tenant\";r=999999;t=10", Field(answer, "RateLimit"));
    }

    [Fact]
    public async Task Send_WhatTheExceptionHandlerAnswers_TellsWhatIsLeft()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var answer = await client.PostAsync(new Uri("/api/v1/api-keys", UriKind.Relative), Json.Content("{"), Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("\"key\";q=500000;w=10, \"tenant\";q=1000000;w=10", Field(answer, "RateLimit-Policy"));
        Assert.StartsWith("\"key\";r=499999;", Field(answer, "RateLimit"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_MoreThanTheKeyMayOverTwoProcesses_Is429UntilTheWindowEnds()
    {
        await using var first = Limited(("RateLimits:KeyRequests", "3"), ("RateLimits:Window", "00:00:03"));
        await using var second = Limited(("RateLimits:KeyRequests", "3"), ("RateLimits:Window", "00:00:03"));
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        using var here = ClientOf(first, key);
        using var there = ClientOf(second, key);

        HttpStatusCode[] statuses = [await StatusAsync(here), await StatusAsync(there), await StatusAsync(here), await StatusAsync(there), await StatusAsync(here)];

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], statuses);
        using var refused = await there.GetAsync(Meters, Token);
        var reset = int.Parse(Reset().Match(Field(refused, "RateLimit")).Groups["t"].ValueSpan);
        Assert.Equal(($"\"key\";r=0;t={reset}", TimeSpan.FromSeconds(reset)), (Field(refused, "RateLimit"), refused.Headers.RetryAfter!.Delta!.Value));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.ToString());
        var problem = await refused.ReadJsonAsync(Token);
        Assert.Equal(("key", 429), (problem.GetProperty("extensions").GetProperty("violatedPolicies")[0].GetString(), problem.GetProperty("status").GetInt32()));

        using var sibling = ClientOf(second, (await api.CreateKeyAsync(tenantId, Token, "*")).Secret);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(sibling));
        await Eventually.GetAsync(_ => StatusAsync(there), status => status == HttpStatusCode.OK, "the window ends");
    }

    [Fact]
    public async Task Send_MoreThanTheTenantMay_IsRefusedToEachOfItsKeys()
    {
        await using var factory = Limited(("RateLimits:TenantRequests", "2"), ("RateLimits:Window", "00:01:00"));
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        using var one = ClientOf(factory, key);
        using var other = ClientOf(factory, (await api.CreateKeyAsync(tenantId, Token, "*")).Secret);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [await StatusAsync(one), await StatusAsync(other)]);
        using var refused = await other.GetAsync(Meters, Token);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("tenant", (await refused.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("violatedPolicies")[0].GetString());
        using var stranger = ClientOf(factory, (await api.CreateTenantAsync(Token)).Key);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stranger));
    }

    [Fact]
    public async Task Send_ManyAtOnce_AsManyAsTheQuotaAreServed()
    {
        const int limit = 1000;
        await using var first = Limited(("RateLimits:KeyRequests", $"{limit}"), ("RateLimits:Window", "00:05:00"));
        await using var second = Limited(("RateLimits:KeyRequests", $"{limit}"), ("RateLimits:Window", "00:05:00"));
        var (_, key) = await api.CreateTenantAsync(Token);
        using var here = ClientOf(first, key);
        using var there = ClientOf(second, key);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            var served = 0;
            while (await StatusAsync(worker % 2 == 0 ? here : there) == HttpStatusCode.OK)
                served++;
            return served;
        }));

        // What a process took and did not use, a hundredth at most, is lost to the other.
        Assert.InRange(statuses.Sum(), limit - limit / 100, limit);
    }

    [Fact]
    public async Task Send_WindowThatRedisWouldNeverEnd_BeginsAnew()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(api.Servers.Redis);
        await redis.GetDatabase().StringSetAsync($"cloudnative:rate:tenant:{tenantId}", 1_000_000);
        using var client = api.ClientOf(key);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));

        Assert.NotNull(await redis.GetDatabase().KeyTimeToLiveAsync($"cloudnative:rate:tenant:{tenantId}"));
    }

    [Fact]
    public async Task Send_RedisAway_EachProcessCountsForItself()
    {
        await using var factory = Limited(RedisAway, ("RateLimits:KeyRequests", "2"), ("RateLimits:Window", "00:01:00"));
        using var client = ClientOf(factory, (await api.CreateTenantAsync(Token)).Key);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests],
            [await StatusAsync(client), await StatusAsync(client), await StatusAsync(client)]);
    }

    [Fact]
    public async Task Send_LimitsOff_NothingIsCounted()
    {
        await using var factory = Limited(("RateLimits:Enabled", "false"), ("RateLimits:KeyRequests", "1"));
        using var client = ClientOf(factory, (await api.CreateTenantAsync(Token)).Key);

        for (var i = 0; i < 3; i++)
        {
            using var answer = await client.GetAsync(Meters, Token);
            Assert.Equal((HttpStatusCode.OK, false), (answer.StatusCode, answer.Headers.Contains("RateLimit")));
        }
    }

    [Theory]
    [InlineData("RateLimits:KeyRequests", "0", "KeyRequests")]
    [InlineData("RateLimits:TenantRequests", "0", "TenantRequests")]
    [InlineData("RateLimits:RedisTimeout", "00:00:06", "RedisTimeout")]
    [InlineData("RateLimits:Window", "00:00:00.5", "Window")]
    [InlineData("RateLimits:Window", "00:00:01.5", "RateLimits:Window must be whole seconds")]
    public async Task Start_WrongOption_FailsAndNamesIt(string key, string value, string message)
    {
        await using var factory = Limited((key, value));

        var failure = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(factory.StartServer);

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    // On a busy machine Redis may take its time.
    private ApiFactory Limited(params (string, string)[] settings) => api.Another(settings: [("RateLimits:RedisTimeout", "00:00:05"), .. settings]);

    private static HttpClient ClientOf(ApiFactory factory, string key)
    {
        factory.StartServer();
        var client = factory.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(Meters, Token);
        return answer.StatusCode;
    }

    private static string Field(HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));

    [GeneratedRegex(";t=(?<t>[0-9]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Reset();
}
