using System.Diagnostics;
using System.Net;
using CloudNative.ServiceDefaults.Tests.Servers;
using CloudNative.ServiceDefaults.Tests.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace CloudNative.ServiceDefaults.Tests.Postgres;

public sealed class PostgresClientTests(RealServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_ServerThere_HealthyAndNotTraced()
    {
        using var spans = new SpanCollector();
        await using var app = await StartAsync(await servers.PostgresAsync(), spans);

        // The probe belongs to a sampled trace, so that its spans can be told from those of the engine that runs the server.
        using var probe = new Activity("probe") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();

        using var response = await app.Client.GetAsync("/health", Cancellation);

        Assert.Equal("Healthy", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain(spans.Ended, span => span.TraceId == probe.TraceId && (IsDatabaseSpan(span) || span.Kind == ActivityKind.Server));
    }

    [Fact]
    public async Task Health_ServerAway_UnhealthyForBothClients()
    {
        using var spans = new SpanCollector();
        await using var app = await StartAsync("Host=127.0.0.1;Port=1;Username=x;Password=x;Timeout=2", spans, "Development");

        using var response = await app.Client.GetAsync("/health", Cancellation);
        var body = await response.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("\"metering\":{\"status\":\"Unhealthy\"", body, StringComparison.Ordinal);
        Assert.Contains("\"EmptyContext\":{\"status\":\"Unhealthy\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/source")]
    [InlineData("/context")]
    public async Task Command_WithinARequest_IsASpanBelowIt(string path)
    {
        using var spans = new SpanCollector();
        await using var app = await StartAsync(await servers.PostgresAsync(), spans);

        await app.Client.GetStringAsync(path, Cancellation);

        var request = await spans.WaitForAsync(path, span => span.Kind == ActivityKind.Server && Equals(span.GetTagItem("server.port"), app.Address.Port));
        var command = await spans.WaitForAsync("select", span => IsDatabaseSpan(span) && span.TraceId == request.TraceId);
        Assert.Equal(request.SpanId, command.ParentSpanId);
    }

    private static bool IsDatabaseSpan(Activity span) => span.Source.Name == "Npgsql";

    private static Task<TestApp> StartAsync(string connectionString, SpanCollector spans, string environment = "Production") => TestApp.StartAsync(
        environment,
        builder =>
        {
            builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:metering", connectionString)]);
            builder.AddNpgsqlDataSource("metering");
            builder.AddNpgsqlDbContext<EmptyContext>("metering");
            spans.AddTo(builder.Services);
        },
        app =>
        {
            app.MapGet("/source", async (NpgsqlDataSource source, CancellationToken token) =>
            {
                await using var command = source.CreateCommand("select 1");
                return $"{await command.ExecuteScalarAsync(token)}";
            });
            app.MapGet("/context", async (EmptyContext context, CancellationToken token) =>
                $"{await context.Database.SqlQueryRaw<int>("select 1 as \"Value\"").SingleAsync(token)}");
        });

    private sealed class EmptyContext(DbContextOptions<EmptyContext> options) : DbContext(options);
}
