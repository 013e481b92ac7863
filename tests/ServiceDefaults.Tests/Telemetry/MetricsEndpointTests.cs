using System.Diagnostics.Metrics;
using CloudNative.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;

namespace CloudNative.ServiceDefaults.Tests.Telemetry;

public sealed class MetricsEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_Metrics_HoldsRuntimeRequestsAndOwnMeters()
    {
        await using var app = await StartAsync();
        var meter = app.Services.GetRequiredService<IMeterFactory>().Create("CloudNative.MetricsEndpointTests");
        meter.CreateCounter<long>("metrics_endpoint.calls").Add(3);
        await app.Client.GetStringAsync("/work", Cancellation);

        var text = await WorkCountedAsync(app);

        Assert.Contains("metrics_endpoint_calls_total", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_MetricsAfterProbes_ProbesAreNotCounted()
    {
        await using var app = await StartAsync();
        foreach (var path in new[] { "/alive", "/health", "/metrics", "/work" })
            await app.Client.GetStringAsync(path, Cancellation);

        var text = await WorkCountedAsync(app);

        // A meter's listeners are the process's: requests of tests that run beside this one are counted here too.
        var counted = text.Split('\n').Where(line => line.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal));
        Assert.DoesNotContain(counted, line => line.Contains("/health", StringComparison.Ordinal)
            || line.Contains("/alive", StringComparison.Ordinal)
            || line.Contains("/metrics", StringComparison.Ordinal));
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(
        "Production",
        builder => builder.Services.Configure<PrometheusAspNetCoreOptions>(options => options.ScrapeResponseCacheDurationMilliseconds = 0),
        app => app.MapGet("/work", () => "done"));

    /// <summary>A request is counted when it is over, a moment after its answer was read.</summary>
    private static Task<string> WorkCountedAsync(TestApp app) => Eventually.GetAsync(
        token => app.Client.GetStringAsync("/metrics", token),
        text => text.Contains("http_route=\"/work\"", StringComparison.Ordinal),
        "the request to /work is counted");
}
