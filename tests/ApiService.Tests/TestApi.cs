using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Tenants;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Tests;

/// <summary>One API for all tests of the assembly, on a database of its own. Each test works as a tenant of its own.</summary>
public sealed class TestApi : IAsyncLifetime
{
    private ApiFactory? _factory;

    public TestServers Servers { get; } = new();

    /// <summary>Connection string of the migrated database.</summary>
    public string Database { get; private set; } = "";

    public IServiceProvider Services => _factory!.Services;

    /// <summary>A client without a key.</summary>
    public HttpClient Anonymous => _factory!.CreateClient();

    public async ValueTask InitializeAsync()
    {
        await Servers.InitializeAsync();
        Database = await Servers.CreateDatabaseAsync(CancellationToken.None);
        await using var database = OpenDatabase();
        await database.Database.MigrateAsync(CancellationToken.None);
        _factory = new ApiFactory(Servers, Database);
        _factory.StartServer();
    }

    /// <summary>Another API process beside the first, with its own memory.</summary>
    public ApiFactory Another(string? database = null, string? ingest = null, string? kafka = null, params (string Key, string Value)[] settings) =>
        new(Servers, database ?? Database, ingest, kafka, settings);

    /// <summary>A new tenant with one key, which may do everything.</summary>
    public async Task<(Ulid TenantId, string Key)> CreateTenantAsync(CancellationToken cancellationToken)
    {
        await using var database = OpenDatabase();
        return await CreateTenantAsync(database, cancellationToken);
    }

    /// <summary>The same in any migrated database.</summary>
    public static async Task<(Ulid TenantId, string Key)> CreateTenantAsync(MeteringDbContext database, CancellationToken cancellationToken)
    {
        var tenant = new Tenant { Id = Ulid.NewUlid(), Slug = $"tenant_{Guid.NewGuid():N}", CreatedAt = TimeProvider.System.GetUtcNow() };
        database.Add(tenant);
        await database.SaveChangesAsync(cancellationToken);
        return (tenant.Id, (await CreateKeyAsync(database, tenant.Id, cancellationToken, ApiScope.Everything)).Secret);
    }

    /// <summary>Another key of a tenant.</summary>
    public async Task<NewApiKey> CreateKeyAsync(Ulid tenantId, CancellationToken cancellationToken, params string[] scopes)
    {
        await using var database = OpenDatabase();
        return await CreateKeyAsync(database, tenantId, cancellationToken, scopes);
    }

    private static async Task<NewApiKey> CreateKeyAsync(MeteringDbContext database, Ulid tenantId, CancellationToken cancellationToken, params string[] scopes)
    {
        var (key, secret) = ApiKey.Create(tenantId, "test", scopes, null, TimeProvider.System.GetUtcNow());
        database.Add(key);
        await database.SaveChangesAsync(cancellationToken);
        return new NewApiKey(key, secret);
    }

    /// <summary>A client of a new tenant.</summary>
    public async Task<HttpClient> CreateTenantClientAsync(CancellationToken cancellationToken) => ClientOf((await CreateTenantAsync(cancellationToken)).Key);

    public HttpClient ClientOf(string key) => ClientOf(_factory!, key);

    public static HttpClient ClientOf(ApiFactory factory, string key)
    {
        var client = factory.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    public MeteringDbContext OpenDatabase() => OpenDatabase(Database);

    public static MeteringDbContext OpenDatabase(string connectionString)
    {
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(connectionString);
        MeteringDbContext.UseConventions(options);
        return new MeteringDbContext(options.Options);
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
            await _factory.DisposeAsync();
        await Servers.DisposeAsync();
    }
}
