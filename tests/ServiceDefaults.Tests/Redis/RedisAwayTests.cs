using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace CloudNative.ServiceDefaults.Tests.Redis;

public sealed class RedisAwayTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_ServerAway_DegradedAndStillReady()
    {
        await using var app = await StartAsync();

        using var response = await app.Client.GetAsync("/health", Cancellation);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Degraded", body.RootElement.GetProperty("checks").GetProperty("redis").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Command_ServerAway_FailsAtOnce()
    {
        await using var app = await StartAsync();
        var database = app.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

        await Assert.ThrowsAsync<RedisConnectionException>(() => database.StringGetAsync("key"))
            .WaitAsync(TimeSpan.FromSeconds(1), Cancellation);
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync("Development", builder =>
    {
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:redis", "127.0.0.1:1")]);
        builder.AddRedisClient("redis");
    });
}
