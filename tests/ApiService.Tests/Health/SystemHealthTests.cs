using System.Net;
using System.Text.Json;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.ApiService.Tests.Health;

public sealed class SystemHealthTests(TestApi api)
{
    private static readonly Uri Health = new("/api/v1/system/health", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_NoIngestService_TellsWhichComponentIsWrong()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        // The first connection to a server may take more than the second that a component has to answer in.
        var health = await Eventually.GetAsync(_ => GetAsync(client), Others, "PostgreSQL, Redis and Kafka are healthy");

        Assert.Equal("Unhealthy", health.Text("status"));
        Assert.Equal(["api Healthy", "ingest Unhealthy", "postgres Healthy", "redis Healthy", "kafka Healthy", "ledger Healthy", "backfills Healthy"], Components(health));
        Assert.True(TimeProvider.System.GetUtcNow() - health.GetProperty("checkedAt").GetDateTimeOffset() < TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "Healthy")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "Unhealthy")]
    public async Task Get_IngestAnswers_GivesItsState(HttpStatusCode answer, string status)
    {
        await using var ingest = await IngestStandIn.StartAsync(answer, Token);
        await using var another = api.Another(ingest: ingest.Address);
        another.StartServer();
        using var client = another.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await api.CreateTenantAsync(Token)).Key);

        // The first request to ingest may take longer than the second that a component is given.
        var health = await Eventually.GetAsync(
            _ => GetAsync(client),
            seen => Others(seen) && Components(seen).Contains($"ingest {status}"),
            $"PostgreSQL, Redis or Kafka stayed unhealthy, or ingest did not become {status}.");

        Assert.Equal(status, health.Text("status"));
    }

    [Fact]
    public async Task Readiness_DatabaseAway_StaysInService()
    {
        await using var another = api.Another(new NpgsqlConnectionStringBuilder(api.Database) { Port = 1, Timeout = 1 }.ConnectionString);
        another.StartServer();
        using var client = another.CreateClient();

        using var response = await client.GetAsync(new Uri("/health", UriKind.Relative), Token);

        Assert.Equal((HttpStatusCode.OK, "Degraded"), (response.StatusCode, await response.Content.ReadAsStringAsync(Token)));
    }

    private static bool Others(JsonElement health) =>
        Components(health).Count(component => component is "postgres Healthy" or "redis Healthy" or "kafka Healthy") == 3;

    private static IEnumerable<string> Components(JsonElement health) =>
        health.GetProperty("components").EnumerateArray().Select(c => $"{c.Text("name")} {c.Text("status")}");

    private static async Task<JsonElement> GetAsync(HttpClient client)
    {
        using var response = await client.GetAsync(Health, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.ReadJsonAsync(Token);
    }
}
