using System.Net;
using System.Net.Sockets;
using CloudNative.ApiService.Backlog;
using CloudNative.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ApiService.Tests.Backlog;

public sealed class FirstLookTests(TestApi api)
{
    private const string Event = """{"specversion":"1.0","id":"1","source":"/a","type":"t","subject":"acme"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_LogWasNotLookedAtYet_IsTakenOnlyAfterTheFirstLook()
    {
        // From now on the key is in Redis.
        var (_, key) = await api.CreateTenantAsync(Token);
        using var known = api.ClientOf(key);
        using var first = await PostAsync(known);
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);

        // A PostgreSQL that never answers: the first look waits a second for it.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var started = api.Another(
            $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=nobody;Timeout=2", settings: ("Producer:Timeout", "00:00:09"));
        using var client = started.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        await Eventually.GetAsync(
            async _ =>
            {
                using var posted = await PostAsync(client);
                return posted.StatusCode;
            },
            status => status == HttpStatusCode.NoContent,
            "a process that never reached PostgreSQL takes events");

        Assert.NotEmpty(started.Services.GetRequiredService<EventBacklog>().Partitions);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client) => client.PostAsync(new Uri("/api/v1/events", UriKind.Relative), Json.Content(Event), Token);
}
