using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using CloudNative.Metering.Database;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.ApiService.Tests.Ledger;

/// <summary>What was answered with 204 stands in the books, also when the process stops right after.</summary>
public sealed class AcknowledgedWriterTests(TestApi api)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_Acknowledged_IsInTheBooksBySoon()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Cancellation);
        using var client = api.ClientOf(key);

        await PostAsync(client, 3);
        await PostAsync(client, 2);

        await Eventually.GetAsync(_ => AcknowledgedAsync(tenantId), sum => sum == 5, "5 events are acknowledged");
    }

    [Fact]
    public async Task Stop_RightAfterAnAnswer_WritesTheLastOnes()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Cancellation);
        await using (var another = api.Another())
        {
            another.StartServer();
            using var client = another.CreateClient();
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
            await PostAsync(client, 4);
        }

        Assert.Equal(4, await AcknowledgedAsync(tenantId));
    }

    private async Task<long> AcknowledgedAsync(Ulid tenantId)
    {
        await using var connection = new NpgsqlConnection(api.Database);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("select coalesce(sum(events), 0) from acknowledged where tenant_id = $1", connection);
        command.Parameters.AddWithValue(tenantId.ToUuid());
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), CultureInfo.InvariantCulture);
    }

    private static async Task PostAsync(HttpClient client, int events)
    {
        var body = Enumerable.Range(0, events).Select(_ => new { specversion = "1.0", id = Guid.NewGuid(), source = "/test", type = "t", subject = "s" });
        using var response = await client.PostAsJsonAsync("/api/v1/events", body, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }
}
