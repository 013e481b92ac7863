using System.Net;
using System.Text.Json;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Tenants;
using CloudNative.Tests;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.ApiService.Tests.Ledger;

public sealed class LedgerTests(TestApi api)
{
    private const string Ledger = "/api/v1/ledger?windowSize=DAY";
    private const string Event = """{"specversion":"1.0","id":"1","source":"/a","type":"t","subject":"acme"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_AcknowledgedEvents_ArePendingUntilTheyAreReceived()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        using var client = api.ClientOf(key);
        await using var sink = await SinkStandIn.OpenAsync(api, tenantId);
        for (var i = 0; i < 2; i++)
        {
            using var posted = await client.PostAsync(new Uri("/api/v1/events", UriKind.Relative), Json.Content(Event), Token);
            Assert.Equal(HttpStatusCode.NoContent, posted.StatusCode);
        }

        var pending = await Eventually.GetAsync(_ => GetAsync(client), ledger => Sum(ledger, "acknowledged") == 2, "the API writes its side");
        await sink.DrainAsync();
        var balanced = await GetAsync(client);

        Assert.Equal(("pending", 2, 0), (pending.Text("state"), Sum(pending, "pending"), Sum(pending, "received")));
        Assert.Equal(("balanced", 0, 2, 1), (balanced.Text("state"), Sum(balanced, "pending"), Sum(balanced, "received"), Sum(balanced, "duplicates")));
    }

    [Fact]
    public async Task Get_EverythingCounted_TellsUntilWhen()
    {
        const string key = "key-of-the-counted";
        var database = await api.Servers.CreateDatabaseAsync(Token);
        await PrepareAsync(database, key);
        await using var source = NpgsqlDataSource.Create(database);
        var stream = await OpenStreamAsync(source);
        using var log = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = api.Servers.Kafka, GroupId = "unused" }).Build();

        var before = TimeProvider.System.GetUtcNow();
        await using var another = api.Another(database);
        using var client = another.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        // Other tests write to the same log meanwhile: this one counts on.
        var ledger = await Eventually.GetAsync(
            async _ =>
            {
                await CountAllAsync(source, stream, log);
                return await GetAsync(client);
            },
            answer => answer.TryGetProperty("countedUntil", out var until) && until.GetDateTimeOffset() >= before && answer.GetProperty("waiting").GetInt64() == 0,
            "Nothing tells how far it is counted.");

        Assert.Equal(0, ledger.GetProperty("waiting").GetInt64());
        await Eventually.GetAsync(
            token => LedgerBounds.ReadAsync(source, token), bounds => bounds.CountedUntil >= before, "the recount is not told how far it is counted");
    }

    private async Task<int> OpenStreamAsync(NpgsqlDataSource source)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = api.Servers.Kafka }).Build();
        var topic = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([UsageEventTopic.Name]), new DescribeTopicsOptions());
        return await IngestOffsets.OpenStreamAsync(source, new StreamIdentity(UsageEventTopic.Name, topic.TopicDescriptions[0].TopicId.ToString()), false, Token);
    }

    private static async Task CountAllAsync(NpgsqlDataSource source, int stream, IConsumer<byte[], byte[]> log)
    {
        for (var partition = 0; partition < UsageEventTopic.Partitions; partition++)
        {
            var end = log.QueryWatermarkOffsets(new TopicPartition(UsageEventTopic.Name, partition), TimeSpan.FromSeconds(5)).High.Value;
            var claim = await IngestOffsets.TakeOverAsync(source, stream, partition, end, end, Token);
            await IngestOffsets.MoveAsync(source, claim, end, Token);
        }
    }

    [Fact]
    public async Task Get_HourThatDiffersAndBackfillThatStands_AreShownAndDegradeTheSystem()
    {
        const string key = "key-of-the-books";
        var database = await api.Servers.CreateDatabaseAsync(Token);
        await PrepareAsync(database, key);
        await using var another = api.Another(database);
        using var client = another.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);

        // The first request may take longer than the second that each component is given.
        var health = await Eventually.GetAsync(
            _ => GetAsync(client, "/api/v1/system/health"), answer => Ledgers(answer).TryGetProperty("description", out var text)
            && text.GetString()!.StartsWith("4 events of closed hours were acknowledged and never received; ", StringComparison.Ordinal)
            && text.GetString()!.Contains(" The books of 1 closed hours", StringComparison.Ordinal), "the health tells of the books");
        var differing = (await GetAsync(client)).GetProperty("recount").GetProperty("differing").EnumerateArray().Single();

        Assert.Equal("Degraded", Ledgers(health).Text("status"));
        Assert.Equal("Degraded", Part(health, "backfills").Text("status"));
        Assert.StartsWith("1 meters do not go on counting", Part(health, "backfills").Text("description"), StringComparison.Ordinal);
        Assert.Equal((3, "by hand"), (differing.GetProperty("differences").GetInt32(), differing.Text("detail")));
    }

    [Fact]
    public async Task Get_BooksThatAreDeleted_AreNotTakenForEmptyOnes()
    {
        const string key = "key-of-the-deleted";
        var database = await api.Servers.CreateDatabaseAsync(Token);
        await PrepareAsync(database, key);
        await using var source = NpgsqlDataSource.Create(database);
        await using var books = source.CreateCommand("""
            update ledger_bounds set kept_from = '2026-03-02Z';
            insert into acknowledged select id, day, gen_random_uuid(), 1 from tenants, unnest(array['2026-03-01Z', '2026-03-02Z']::timestamptz[]) day;
            """);
        await books.ExecuteNonQueryAsync(Token);
        await using var another = api.Another(database);
        using var client = another.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);

        var kept = await GetAsync(client, $"{Ledger}&from=2026-03-01T00:00:00Z&to=2026-03-03T00:00:00Z");
        using var gone = await client.GetAsync(new Uri($"{Ledger}&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z", UriKind.Relative), Token);

        Assert.Equal(("2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", 1), (kept.Text("from"), kept.Text("keptFrom"), Sum(kept, "acknowledged")));
        Assert.Equal(HttpStatusCode.BadRequest, gone.StatusCode);
        Assert.Contains("Books from before 2026-03-02 00:00:00Z are not kept any more.", await gone.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    private static JsonElement Ledgers(JsonElement health) => Part(health, "ledger");

    private static JsonElement Part(JsonElement health, string name) => health.GetProperty("components").EnumerateArray().Single(part => part.Text("name") == name);

    private static long Sum(JsonElement ledger, string property) =>
        ledger.GetProperty("data").EnumerateArray().Sum(window => window.GetProperty(property).GetInt64());

    private static async Task<JsonElement> GetAsync(HttpClient client, string path = Ledger)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.ReadJsonAsync(Token);
    }

    private static async Task PrepareAsync(string connectionString, string key)
    {
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(connectionString);
        MeteringDbContext.UseConventions(options);
        await using var context = new MeteringDbContext(options.Options);
        await context.Database.MigrateAsync(Token);
        var now = TimeProvider.System.GetUtcNow();
        var tenant = new Tenant { Id = Ulid.NewUlid(), Slug = "books", CreatedAt = now };
        context.Add(tenant);
        context.Add(new ApiKey
        {
            Id = Ulid.NewUlid(), TenantId = tenant.Id, Name = "test", Prefix = ApiKeyHash.Prefix(key), Hash = ApiKeyHash.Of(key), CreatedAt = now,
            Scopes = [ApiScope.Everything],
        });
        await context.SaveChangesAsync(Token);
        await context.Database.ExecuteSqlAsync(
            $"""
            insert into recounts (tenant_id, hour, received, checked_at, differences, detail, missing)
            values ({tenant.Id.ToUuid()}, date_trunc('hour', now() - interval '2 hours'), 5, now(), 3, 'by hand', 4);
            insert into meter_backfills (meter_id, segment, last_segment, first_segment, updated_at)
            select gen_random_uuid(), 1, 1, 1, now() - stands from unnest(array[interval '14 minutes', interval '16 minutes']) stands
            """,
            Token);
    }
}
