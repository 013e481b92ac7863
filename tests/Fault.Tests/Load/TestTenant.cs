using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Tenants;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.Fault.Tests.Load;

/// <summary>The tenant of one test: its numbers are nobody else's.</summary>
internal sealed class TestTenant : IDisposable
{
    public const string EventType = "request";
    public const string Count = "requests";
    public const string Sum = "tokens";
    public const string Dimension = "region";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(12);

    private TestTenant(FaultySystem system, Ulid id, string key)
    {
        System = system;
        Id = id;
        // A connection is never older than this, so that a new process is found.
        Http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = new Uri(system.ApiAddress, "/api/v1/"),
            Timeout = AnswerTimeout,
            DefaultRequestHeaders = { Authorization = new("Bearer", key) },
        };
    }

    public FaultySystem System { get; }

    public Ulid Id { get; }

    public HttpClient Http { get; }

    /// <summary>With one meter that counts events and one that sums their values, both by region, unless <paramref name="hasMeters"/> is false.</summary>
    public static async Task<TestTenant> CreateAsync(FaultySystem system, CancellationToken cancellationToken, bool hasMeters = true)
    {
        var (id, key) = (Ulid.NewUlid(), $"fault-{Guid.NewGuid():N}");
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(system.Source);
        MeteringDbContext.UseConventions(options);
        await using var database = new MeteringDbContext(options.Options);
        var now = TimeProvider.System.GetUtcNow();
        database.Add(new Tenant { Id = id, Slug = $"tenant_{Guid.NewGuid():N}", CreatedAt = now });
        database.Add(new ApiKey { Id = Ulid.NewUlid(), TenantId = id, Name = "test", Prefix = ApiKeyHash.Prefix(key), Hash = ApiKeyHash.Of(key), CreatedAt = now });
        await database.SaveChangesAsync(cancellationToken);

        var tenant = new TestTenant(system, id, key);
        if (hasMeters)
            await tenant.CreateMetersAsync(cancellationToken);
        return tenant;
    }

    public async Task CreateMetersAsync(CancellationToken cancellationToken)
    {
        var groupBy = new Dictionary<string, string> { [Dimension] = "$.region" };
        await CreateMeterAsync(new { slug = Count, eventType = EventType, aggregation = "COUNT", groupBy }, cancellationToken);
        await CreateMeterAsync(new { slug = Sum, eventType = EventType, aggregation = "SUM", valueProperty = "$.tokens", groupBy }, cancellationToken);
    }

    public async Task CreateMeterAsync(object meter, CancellationToken cancellationToken)
    {
        using var created = await Http.PostAsJsonAsync("meters", meter, cancellationToken);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync(cancellationToken));
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => Http.GetFromJsonAsync<JsonElement>(path, cancellationToken);

    public void Dispose() => Http.Dispose();
}
