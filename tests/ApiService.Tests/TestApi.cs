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
    public ApiFactory Another(string? database = null, string? ingest = null, string? kafka = null) => new(Servers, database ?? Database, ingest, kafka);

    /// <summary>A new tenant with one key.</summary>
    public async Task<(Ulid TenantId, string Key)> CreateTenantAsync(CancellationToken cancellationToken)
    {
        await using var database = OpenDatabase();
        var now = TimeProvider.System.GetUtcNow();
        var tenant = new Tenant { Id = Ulid.NewUlid(), Slug = $"tenant_{Guid.NewGuid():N}", CreatedAt = now };
        var key = $"test-key-{Guid.NewGuid():N}";
        database.Add(tenant);
        database.Add(new ApiKey
        {
            Id = Ulid.NewUlid(),
            TenantId = tenant.Id,
            Name = "test",
            Prefix = ApiKeyHash.Prefix(key),
            Hash = ApiKeyHash.Of(key),
            CreatedAt = now,
        });
        await database.SaveChangesAsync(cancellationToken);
        return (tenant.Id, key);
    }

    /// <summary>A client of a new tenant.</summary>
    public async Task<HttpClient> CreateTenantClientAsync(CancellationToken cancellationToken)
    {
        var client = Anonymous;
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await CreateTenantAsync(cancellationToken)).Key);
        return client;
    }

    public MeteringDbContext OpenDatabase()
    {
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(Database);
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
