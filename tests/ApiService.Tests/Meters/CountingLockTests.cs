using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace CloudNative.ApiService.Tests.Meters;

/// <summary>A transaction of the counting that does not end. Alone, because all other tests that make meters would wait for it, too.</summary>
[CollectionDefinition(nameof(CountingLockTests), DisableParallelization = true)]
[Collection(nameof(CountingLockTests))]
public sealed class CountingLockTests(TestApi api)
{
    private const string Tokens = """
        {"slug": "tokens", "eventType": "prompt", "aggregation": "SUM", "valueProperty": "$.n", "groupBy": {"model": "$.model"}}
        """;

    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);
    private static readonly Uri Meter = new("/api/v1/meters/tokens", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_CountingHoldsItsOffsets_Answers503AndCreatesNothing()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        await using var database = api.OpenDatabase();
        await using var transaction = await HoldOffsetsAsync(database.Database);

        using var response = await client.PostAsync(Meters, Json.Content(Tokens), Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        await transaction.RollbackAsync(Token);
        using var again = await client.PostAsync(Meters, Json.Content(Tokens), Token);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
    }

    [Fact]
    public async Task Edit_CountingHoldsItsOffsets_Answers503AndChangesNothing()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var created = await client.PostAsync(Meters, Json.Content(Tokens), Token);
        await using var database = api.OpenDatabase();
        await using var transaction = await HoldOffsetsAsync(database.Database);

        using var edited = await client.PutAsync(Meter, Json.Content("""{"groupBy": {"region": "$.region"}}"""), Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, edited.StatusCode);
        await transaction.RollbackAsync(Token);
        Assert.Equal("""{"model":"$.model"}""", (await (await client.GetAsync(Meter, Token)).ReadJsonAsync(Token)).GetProperty("groupBy").GetRawText());
    }

    private static async Task<IDbContextTransaction> HoldOffsetsAsync(DatabaseFacade database)
    {
        var transaction = await database.BeginTransactionAsync(Token);
        await database.ExecuteSqlRawAsync("lock table ingest_offsets in row exclusive mode", Token);
        return transaction;
    }
}
