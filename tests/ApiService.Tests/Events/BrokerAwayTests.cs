using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>A 2xx is a promise: without the broker's acknowledgement there is none.</summary>
public sealed class BrokerAwayTests(TestApi api)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Proves("Broker away or slow: 503 + Retry-After")]
    [Fact]
    public async Task Post_BrokerThatDoesNotListen_Is503WithRetryAfter() => await PostAsync("127.0.0.1:1");

    [Proves("Broker away or slow: 503 + Retry-After")]
    [Fact]
    public async Task Post_BrokerThatTakesConnectionsAndNeverAnswers_Is503WithRetryAfter()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await PostAsync(silent.LocalEndpoint.ToString()!);
    }

    [Proves("POST /events → 204, no body")]
    [Fact]
    public async Task Post_BrokerThatAcknowledges_Is204()
    {
        using var client = await api.CreateTenantClientAsync(Cancellation);
        using var response = await client.PostAsJsonAsync("/api/v1/events", Event(), Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private async Task PostAsync(string broker)
    {
        var (_, key) = await api.CreateTenantAsync(Cancellation);
        await using var factory = api.Another(kafka: broker);
        using var client = factory.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        using var response = await client.PostAsJsonAsync("/api/v1/events", Event(), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
    }

    private static object Event() => new { specversion = "1.0", id = Guid.NewGuid(), source = "/test", type = "t", subject = "s" };
}
