using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ServiceDefaults.Tests;

public sealed class DiscoveryAndResilienceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HttpClient_ServiceName_ReachesTheConfiguredEndpoint()
    {
        await using var target = await TestApp.StartAsync("Production", map: app => app.MapGet("/name", () => "orders"));
        await using var caller = await StartCallerAsync(target);

        var name = await ClientOf(caller).GetStringAsync("/name", Cancellation);

        Assert.Equal("orders", name);
    }

    [Theory]
    [InlineData("GET", 2)]
    [InlineData("POST", 1)]
    public async Task HttpClient_FirstAnswerIs503_OnlySafeMethodsAreRepeated(string method, int attempts)
    {
        var calls = 0;
        await using var target = await TestApp.StartAsync("Production", map: app => app.MapMethods("/flaky", [method], () =>
            Interlocked.Increment(ref calls) == 1 ? Results.StatusCode((int)HttpStatusCode.ServiceUnavailable) : Results.Ok()));
        await using var caller = await StartCallerAsync(target);

        using var request = new HttpRequestMessage(new HttpMethod(method), "/flaky");
        using var response = await ClientOf(caller).SendAsync(request, Cancellation);

        Assert.Equal(attempts, calls);
        Assert.Equal(attempts == 2, response.IsSuccessStatusCode);
    }

    private static Task<TestApp> StartCallerAsync(TestApp target) => TestApp.StartAsync("Production", builder =>
    {
        builder.Configuration.AddInMemoryCollection([new("services:target:http:0", target.Address.ToString())]);
        builder.Services.AddHttpClient("target", client => client.BaseAddress = new Uri("https+http://target"));
    });

    private static HttpClient ClientOf(TestApp caller) =>
        caller.Services.GetRequiredService<IHttpClientFactory>().CreateClient("target");
}
