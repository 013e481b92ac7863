using System.Net;
using System.Text.Json;
using CloudNative.ServiceDefaults.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudNative.ServiceDefaults.Tests.Health;

public sealed class HealthEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Development", "/alive")]
    [InlineData("Development", "/health")]
    [InlineData("Production", "/alive")]
    [InlineData("Production", "/health")]
    public async Task Get_EveryCheckHealthy_200(string environment, string path)
    {
        await using var app = await TestApp.StartAsync(environment);

        using var response = await app.Client.GetAsync(path, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Healthy", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ReadyCheckFails_HealthIs503AndAliveStays200()
    {
        await using var app = await StartWithCheckAsync("Production", HealthStatus.Unhealthy);

        using var health = await app.Client.GetAsync("/health", Cancellation);
        using var alive = await app.Client.GetAsync("/alive", Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task Get_OutsideDevelopment_StatusOnlyAndNoDetails()
    {
        await using var app = await StartWithCheckAsync("Production", HealthStatus.Unhealthy);

        using var response = await app.Client.GetAsync("/health", Cancellation);

        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Unhealthy", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Get_Development_JsonNamesTheCheckAndItsReason()
    {
        await using var app = await StartWithCheckAsync("Development", HealthStatus.Degraded);

        using var response = await app.Client.GetAsync("/health", Cancellation);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Degraded", body.RootElement.GetProperty("status").GetString());
        var check = body.RootElement.GetProperty("checks").GetProperty("disk");
        Assert.Equal("Degraded", check.GetProperty("status").GetString());
        Assert.Equal("the disk is at /var/secret", check.GetProperty("description").GetString());
    }

    [Fact]
    public async Task Get_CheckHangs_UnhealthyAfterTheTimeout()
    {
        await using var app = await TestApp.StartAsync("Development", builder => builder.Services.AddHealthChecks()
            .AddAsyncCheck("hangs", async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return HealthCheckResult.Healthy();
            }, [HealthTags.Ready]));
        app.Client.Timeout = HealthExtensions.CheckTimeout * 3;

        using var response = await app.Client.GetAsync("/health", Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    private static Task<TestApp> StartWithCheckAsync(string environment, HealthStatus status) =>
        TestApp.StartAsync(environment, builder => builder.Services.AddHealthChecks()
            .AddCheck("disk", () => new HealthCheckResult(status, "the disk is at /var/secret"), [HealthTags.Ready]));
}
