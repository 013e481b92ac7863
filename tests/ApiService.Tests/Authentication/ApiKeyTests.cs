using System.Net;
using CloudNative.Metering.ApiKeys;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.ApiService.Tests.Authentication;

public sealed class ApiKeyTests(TestApi api)
{
    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);

    // Behind authentication, but needs no database of its own.
    private static readonly Uri Health = new("/api/v1/system/health", UriKind.Relative);

    private static readonly TimeSpan LongerThanFresh = TimeSpan.FromSeconds(7);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves("Authorization: Bearer <api key> or X-API-Key")]
    [Theory]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "bearer ")]
    [InlineData("X-API-Key", "")]
    public async Task Send_GoodKey_IsLetIn(string header, string prefix)
    {
        var (_, key) = await api.CreateTenantAsync(Token);
        using var client = api.Anonymous;
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, prefix + key);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, Meters));
    }

    [Fact]
    public async Task Send_KeyCreatedAfterItWasRefused_IsLetInSoon()
    {
        var (tenantId, _) = await api.CreateTenantAsync(Token);
        var key = $"later-{Guid.NewGuid():N}";
        using var client = ClientOf(key);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, Meters));

        await using var database = api.OpenDatabase();
        database.Add(new ApiKey
        {
            Id = Ulid.NewUlid(), TenantId = tenantId, Name = "later", Prefix = "later", Hash = ApiKeyHash.Of(key), Scopes = [ApiScope.Everything],
            CreatedAt = TimeProvider.System.GetUtcNow(),
        });
        await database.SaveChangesAsync(Token);

        await UntilAsync(client, HttpStatusCode.OK, "The new key was never let in.");
    }

    [Fact]
    public async Task Send_RevokedKey_IsRefusedSoon()
    {
        var (_, key) = await api.CreateTenantAsync(Token);
        using var client = ClientOf(key);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, Meters));

        var hash = ApiKeyHash.Of(key);
        await using var database = api.OpenDatabase();
        var stored = await database.ApiKeys.SingleAsync(k => k.Hash == hash, Token);
        stored.Revoke(TimeProvider.System.GetUtcNow());
        await database.SaveChangesAsync(Token);

        await UntilAsync(client, HttpStatusCode.Unauthorized, "The revoked key was never refused.");
    }

    [Fact]
    public async Task Send_DatabaseAway_KeyKnownToRedisIsLetInAndOthersAreAskedToRetry()
    {
        var (_, key) = await api.CreateTenantAsync(Token);
        using (var client = ClientOf(key))
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, Meters));
        var nowhere = new NpgsqlConnectionStringBuilder(api.Database) { Port = 1, Timeout = 1 }.ConnectionString;
        await using var other = api.Another(nowhere);
        other.StartServer();

        using var known = other.CreateClient();
        known.DefaultRequestHeaders.Authorization = new("Bearer", key);
        using var unknown = other.CreateClient();
        unknown.DefaultRequestHeaders.Authorization = new("Bearer", "never-seen");

        await Eventually.GetAsync(_ => StatusAsync(known, Health), status => status == HttpStatusCode.OK, "the key in Redis is let in");
        await AssertStaysLetInAsync(known);
        using var refused = await unknown.GetAsync(Health, Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.ToString());
        using var meters = await known.GetAsync(Meters, Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, meters.StatusCode);
    }

    /// <summary>Asks for longer than an answer of PostgreSQL is taken for fresh.</summary>
    private static async Task AssertStaysLetInAsync(HttpClient client)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (TimeProvider.System.GetElapsedTime(start) < LongerThanFresh && await timer.WaitForNextTickAsync(Token))
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, Health));
    }

    private HttpClient ClientOf(string key)
    {
        var client = api.ClientOf(key);
        return client;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Uri address)
    {
        using var response = await client.GetAsync(address, Token);
        return response.StatusCode;
    }

    private static async Task UntilAsync(HttpClient client, HttpStatusCode expected, string message) =>
        await Eventually.GetAsync(_ => StatusAsync(client, Meters), status => status == expected, message);
}
