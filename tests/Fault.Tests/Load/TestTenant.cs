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

    private const int MostAttempts = 100;
    private const int MostTimeouts = 5;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(12);

    private readonly string _key;

    private TestTenant(FaultySystem system, Ulid id, string key)
    {
        (System, Id, _key) = (system, id, key);
        Http = ClientOf(system.ApiAddress);
    }

    public FaultySystem System { get; }

    public Ulid Id { get; }

    public HttpClient Http { get; }

    /// <summary>With one meter that counts events and one that sums their values, both by region, when it has meters.</summary>
    public static async Task<TestTenant> CreateAsync(FaultySystem system, bool hasMeters, CancellationToken cancellationToken)
    {
        var id = Ulid.NewUlid();
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(system.Source);
        MeteringDbContext.UseConventions(options);
        await using var database = new MeteringDbContext(options.Options);
        var now = TimeProvider.System.GetUtcNow();
        database.Add(new Tenant { Id = id, Slug = $"tenant_{Guid.NewGuid():N}", CreatedAt = now });
        var (key, secret) = ApiKey.Create(id, "test", [ApiScope.Everything], null, now);
        database.Add(key);
        await database.SaveChangesAsync(cancellationToken);

        var tenant = new TestTenant(system, id, secret);
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
        using var created = await AskAsync(token => Http.PostAsJsonAsync("meters", meter, token), cancellationToken);
        // What the API did not know to be done may be done.
        Assert.True(
            created.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, await created.Content.ReadAsStringAsync(cancellationToken));
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(token => Http.GetAsync(path, token), cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }

    /// <summary>A client of any API process. A connection is never old, so that a new process is found.</summary>
    public HttpClient ClientOf(Uri api) => new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5) })
    {
        BaseAddress = new Uri(api, "/api/v1/"),
        Timeout = AnswerTimeout,
        DefaultRequestHeaders = { Authorization = new("Bearer", _key) },
    };

    /// <summary>After a fault the API may still have a broken connection in its pool, and says 503 once for each; on a busy machine an answer may not come in time.</summary>
    private static async Task<HttpResponseMessage> AskAsync(Func<CancellationToken, Task<HttpResponseMessage>> ask, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await ask(cancellationToken);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || attempt == MostAttempts)
                    return answer;
                answer.Dispose();
            }
            catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested && attempt < MostTimeouts)
            {
                // Asked again.
            }

            await Task.Delay(RetryPause, cancellationToken);
        }
    }

    public void Dispose() => Http.Dispose();
}
