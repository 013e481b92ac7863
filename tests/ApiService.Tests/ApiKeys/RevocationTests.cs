using System.Net;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Tests;
using Npgsql;
using StackExchange.Redis;

namespace CloudNative.ApiService.Tests.ApiKeys;

/// <summary>A revoked key is refused by every process within a second, whatever it remembers and whether Redis answers.</summary>
public sealed class RevocationTests(TestApi api)
{
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(1);
    private static readonly (string, string) RedisAway = ("ConnectionStrings:redis", "127.0.0.1:1,connectTimeout=200");
    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Revoke_InOneProcess_IsEffectiveInEveryOtherWithinASecond()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        await using var second = api.Another();
        await using var withoutRedis = api.Another(settings: RedisAway);
        var (secret, id) = await tenant.CreateAsync();
        HttpClient[] clients = [api.ClientOf(secret), ClientOf(second, secret), ClientOf(withoutRedis, secret)];
        foreach (var client in clients)
            await StatusAsync(client, HttpStatusCode.OK);

        await tenant.SendAsync("DELETE", $"{ApiKeyTenant.Keys}/{id}", HttpStatusCode.NoContent);

        var revoked = TimeProvider.System.GetTimestamp();
        foreach (var client in clients)
        {
            await StatusAsync(client, HttpStatusCode.Unauthorized);
            client.Dispose();
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(revoked), TimeSpan.Zero, Promise);
    }

    [Fact]
    public async Task Revoke_WhileNobodyListens_IsEffectiveOnceTheyDo()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        await using var other = api.Another(settings: RedisAway);
        var (secret, id) = await tenant.CreateAsync();
        using var client = ClientOf(other, secret);
        await StatusAsync(client, HttpStatusCode.OK);

        await using (var database = NpgsqlDataSource.Create(api.Database))
        {
            await using var end = database.CreateCommand("""
                select count(pg_terminate_backend(pid, 1000)) from pg_stat_activity
                where datname = current_database() and query ~ '^(listen api_keys|select encode.hash|select .listening)'
                """);
            Assert.NotEqual(0L, await end.ExecuteScalarAsync(Token));
            await using var revoke = database.CreateCommand("update api_keys set revoked_at = now() where id = $1");
            revoke.Parameters.AddWithValue(Ulid.Parse(id).ToUuid());
            Assert.Equal(1, await revoke.ExecuteNonQueryAsync(Token));
        }

        var start = TimeProvider.System.GetTimestamp();
        await StatusAsync(client, HttpStatusCode.Unauthorized);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, 3 * Promise);
    }

    /// <summary>A process that had read the key before the change may write it into Redis after that: nobody else may believe it.</summary>
    [Fact]
    public async Task Revoke_OldAnswerReappearsInRedis_IsNotBelieved()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        var (secret, id) = await tenant.CreateAsync();
        using var client = api.ClientOf(secret);
        await StatusAsync(client, HttpStatusCode.OK);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(api.Servers.Redis);
        var entry = $"v2:cloudnative:api-key:2:{Convert.ToHexStringLower(ApiKeyHash.Of(secret))}";
        var kept = await redis.GetDatabase().HashGetAllAsync(entry);
        Assert.NotEmpty(kept);

        await tenant.SendAsync("DELETE", $"{ApiKeyTenant.Keys}/{id}", HttpStatusCode.NoContent);
        await StatusAsync(client, HttpStatusCode.Unauthorized);
        await redis.GetDatabase().HashSetAsync(entry, kept);

        // Longer than the wrong key is remembered for, so that Redis is asked.
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (TimeProvider.System.GetElapsedTime(start) < 3 * Promise && await timer.WaitForNextTickAsync(Token))
        {
            using var answer = await client.GetAsync(Meters, Token);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    private static HttpClient ClientOf(ApiFactory factory, string secret)
    {
        factory.StartServer();
        var client = factory.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        return client;
    }

    private static async Task StatusAsync(HttpClient client, HttpStatusCode expected) => await Eventually.GetAsync(
        async _ =>
        {
            using var answer = await client.GetAsync(Meters, Token);
            return answer.StatusCode;
        },
        status => status == expected, $"{expected}");
}
