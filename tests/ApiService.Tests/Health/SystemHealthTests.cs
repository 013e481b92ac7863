using System.Net;
using System.Text.Json;

namespace CloudNative.ApiService.Tests.Health;

public sealed class SystemHealthTests(TestApi api)
{
    private static readonly Uri Health = new("/api/v1/system/health", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_NoIngestService_TellsWhichComponentIsWrong()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        var health = await GetAsync(client);

        Assert.Equal("Unhealthy", health.Text("status"));
        Assert.Equal(
            ["api Healthy", "ingest Unhealthy", "postgres Healthy", "redis Healthy", "kafka Healthy"],
            health.GetProperty("components").EnumerateArray().Select(c => $"{c.Text("name")} {c.Text("status")}"));
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

        var health = await GetAsync(client);

        Assert.Equal(status, health.Text("status"));
        Assert.Equal(status, health.GetProperty("components")[1].Text("status"));
    }

    private static async Task<JsonElement> GetAsync(HttpClient client)
    {
        using var response = await client.GetAsync(Health, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.ReadJsonAsync(Token);
    }
}
