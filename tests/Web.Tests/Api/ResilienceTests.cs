using System.Net;
using CloudNative.Web.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CloudNative.Web.Tests.Api;

/// <summary>The client as the program builds it: discovery, key and retries.</summary>
public sealed class ResilienceTests : IDisposable
{
    /// <summary>More than it takes to open a standard circuit breaker.</summary>
    private const int Many = 150;

    private readonly StubApi _stub = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _stub.Dispose();

    [Fact]
    public async Task Get_NoAnswerOnce_IsTriedAgainWithTheKeyAtTheDiscoveredAddress()
    {
        var failures = 1;
        string? asked = null;
        _stub.On("GET /api/v1/meters", request =>
        {
            asked = $"{request.RequestUri!.Authority} {request.Headers.Authorization}";
            return failures-- > 0 ? throw new HttpRequestException("reset") : new HttpResponseMessage { Content = new StringContent("[]") };
        });
        await using var services = Services();

        Assert.Empty(await services.GetRequiredService<MeteringApi>().GetMetersAsync(Cancellation));

        Assert.Equal(2, _stub.Requests.Count);
        Assert.Equal("127.0.0.1:1234 Bearer secret", asked);
    }

    [Fact]
    public async Task Get_FailingForLong_SaysWhatTheApiSaysEachTime()
    {
        _stub.Problem("GET /api/v1/meters", HttpStatusCode.ServiceUnavailable, "Database away.");
        await using var services = Services();
        var api = services.GetRequiredService<MeteringApi>();

        for (var call = 0; call < Many; call++)
            Assert.Equal("Database away.", (await Assert.ThrowsAsync<ApiException>(() => api.GetMetersAsync(Cancellation))).Message);

        Assert.Equal(Many, _stub.Requests.Count);
    }

    [Fact]
    public async Task Post_NoAnswer_IsNotRepeated()
    {
        _stub.On("POST /api/v1/meters", _ => throw new HttpRequestException("reset"));
        await using var services = Services();

        await Assert.ThrowsAsync<ApiException>(
            () => services.GetRequiredService<MeteringApi>().CreateMeterAsync(new NewMeter("m", "t", "COUNT"), Cancellation));

        Assert.Single(_stub.Requests);
    }

    private ServiceProvider Services()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Api:Key"] = "secret",
            ["services:api:http:0"] = "http://127.0.0.1:1234",
        });
        builder.AddServiceDefaults();
        builder.AddMeteringApi();
        builder.Services.ConfigureHttpClientDefaults(http => http.ConfigurePrimaryHttpMessageHandler(() => _stub));
        return builder.Services.AddSingleton<IConfiguration>(builder.Configuration).BuildServiceProvider();
    }
}
