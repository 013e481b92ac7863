using System.Net;
using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.ApiService.Tests.Meters;

public sealed class BackfillTests(TestApi api)
{
    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_NewMeter_IsPendingAndItsQueriesSayThatTheyAreIncomplete()
    {
        using var client = await CreateMeterAsync();

        var backfill = await (await client.GetAsync(Path("/backfill"), Token)).ReadJsonAsync(Token);

        Assert.Equal(("PENDING", 0, 0), (backfill.Text("state"), backfill.GetProperty("counted").GetInt64(), backfill.GetProperty("scanned").GetInt64()));
        Assert.Equal(["total", "startedAt", "doneAt", "error"], new[] { "total", "startedAt", "doneAt", "error" }.Where(name => !backfill.TryGetProperty(name, out _)));
        var usage = await (await client.GetAsync(Path("/query"), Token)).ReadJsonAsync(Token);
        Assert.True(usage.GetProperty("incomplete").GetBoolean());
    }

    [Fact]
    public async Task Get_MeterOfATenantWithoutEvents_IsDoneAtOnce()
    {
        using var client = await CreateMeterAsync(afterAnEvent: false);

        var backfill = await (await client.GetAsync(Path("/backfill"), Token)).ReadJsonAsync(Token);

        Assert.Equal(("DONE", 0), (backfill.Text("state"), backfill.GetProperty("total").GetInt64()));
        Assert.False((await (await client.GetAsync(Path("/query"), Token)).ReadJsonAsync(Token)).TryGetProperty("incomplete", out _));
    }

    [Fact]
    public async Task Get_FinishedBackfill_IsDoneAndQueriesSayNothing()
    {
        using var client = await CreateMeterAsync();
        await using var database = api.OpenDatabase();
        await database.Database.ExecuteSqlRawAsync("update meter_backfills set state = 'done', done_at = now(), total = 0 where meter_id in (select generation from meters where slug = 'late')", Token);

        var backfill = await (await client.GetAsync(Path("/backfill"), Token)).ReadJsonAsync(Token);

        Assert.Equal(("DONE", 0), (backfill.Text("state"), backfill.GetProperty("total").GetInt64()));
        Assert.EndsWith("Z", backfill.Text("doneAt"), StringComparison.Ordinal);
        Assert.False((await (await client.GetAsync(Path("/query"), Token)).ReadJsonAsync(Token)).TryGetProperty("incomplete", out _));
    }

    [Fact]
    public async Task Get_UnknownMeter_Is404()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var response = await client.GetAsync(Path("/backfill"), Token);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task StoreAsync(Ulid tenantId)
    {
        await using var source = NpgsqlDataSource.Create(api.Database);
        var stream = await IngestOffsets.OpenStreamAsync(source, new StreamIdentity("backfill-tests", "t"), mayBeReplaced: false, Token);
        var claim = await IngestOffsets.TakeOverAsync(source, stream, 0, 0, 0, Token);
        var json = "{}"u8.ToArray();
        var record = new IngestRecord(claim.NextOffset, DateTimeOffset.UnixEpoch, tenantId, json) { Event = new UsageEvent("1", "s", "t", "acme", null, json, default) };
        await new UsageEventStore(source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([new PartitionBatch(claim, claim.NextOffset + 1, [record])], Token);
    }

    private static Uri Path(string part) => new($"/api/v1/meters/late{part}", UriKind.Relative);

    private async Task<HttpClient> CreateMeterAsync(bool afterAnEvent = true)
    {
        var (tenant, key) = await api.CreateTenantAsync(Token);
        var client = api.ClientOf(key);
        if (afterAnEvent)
            await StoreAsync(tenant);
        using var created = await client.PostAsync(Meters, Json.Content("""{"slug": "late", "eventType": "t", "aggregation": "COUNT"}"""), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return client;
    }
}
