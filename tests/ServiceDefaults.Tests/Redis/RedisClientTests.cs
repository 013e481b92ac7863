using System.Diagnostics;
using System.Net;
using CloudNative.ServiceDefaults.Redis;
using CloudNative.ServiceDefaults.Tests.Servers;
using CloudNative.ServiceDefaults.Tests.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;
using StackExchange.Redis;

namespace CloudNative.ServiceDefaults.Tests.Redis;

public sealed class RedisClientTests(RealServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_ServerThere_Healthy()
    {
        using var spans = new SpanCollector();
        await using var app = await StartAsync(spans);

        using var response = await app.Client.GetAsync("/health", Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Healthy", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Command_WithinARequest_IsASpanBelowIt()
    {
        using var spans = new SpanCollector();
        await using var app = await StartAsync(spans);

        await app.Client.GetAsync("/cached", Cancellation);

        var request = await spans.WaitForAsync("GET /cached", span => span.Kind == ActivityKind.Server && Equals(span.GetTagItem("server.port"), app.Address.Port));
        var command = await spans.WaitForAsync("GET", span => span.Source.Name == RedisTracing.InstrumentName && span.TraceId == request.TraceId);
        Assert.Equal(request.SpanId, command.ParentSpanId);
        Assert.Equal(ActivityKind.Client, command.Kind);
        Assert.Equal("GET", command.GetTagItem("db.operation.name"));
        Assert.Equal("redis", command.GetTagItem("db.system.name"));
        Assert.Equal("127.0.0.1", command.GetTagItem("server.address"));
        Assert.InRange(command.StartTimeUtc, request.StartTimeUtc, request.StartTimeUtc + request.Duration);
        Assert.InRange(command.Duration, TimeSpan.FromTicks(1), request.Duration);
    }

    [Fact]
    public async Task Command_OutsideAnySpan_IsMeasuredAndNotTraced()
    {
        using var spans = new SpanCollector();
        await using var app = await StartAsync(spans);
        var database = app.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

        await database.StringSetAsync("outside", "1");
        app.Services.GetRequiredService<RedisTracing>().Drain();
        var text = await app.Client.GetStringAsync("/metrics", Cancellation);

        Assert.Contains(
            text.Split('\n'),
            line => line.StartsWith("db_client_operation_duration_seconds_count", StringComparison.Ordinal) && line.Contains("db_operation_name=\"SET\"", StringComparison.Ordinal));
        Assert.DoesNotContain(spans.Ended, span => span.Source.Name == RedisTracing.InstrumentName && span.DisplayName == "SET");
    }

    private async Task<TestApp> StartAsync(SpanCollector spans)
    {
        var connectionString = await servers.RedisAsync();
        return await TestApp.StartAsync(
            "Production",
            builder =>
            {
                builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:redis", connectionString)]);
                builder.AddRedisClient("redis");
                builder.Services.Configure<PrometheusAspNetCoreOptions>(options => options.ScrapeResponseCacheDurationMilliseconds = 0);
                spans.AddTo(builder.Services);
            },
            app => app.MapGet("/cached", async (IConnectionMultiplexer redis) => (await redis.GetDatabase().StringGetAsync("cached")).HasValue));
    }
}
