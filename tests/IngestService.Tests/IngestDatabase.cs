using System.Globalization;
using CloudNative.Metering.Database;
using CloudNative.Metering.Tenants;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace CloudNative.IngestService.Tests;

/// <summary>A migrated database with one tenant.</summary>
internal sealed class IngestDatabase : IAsyncDisposable
{
    private IngestDatabase(string connectionString) => (ConnectionString, Source) = (connectionString, NpgsqlDataSource.Create(connectionString));

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public Ulid TenantId { get; } = Ulid.NewUlid();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<IngestDatabase> CreateAsync(TestServers servers)
    {
        var database = new IngestDatabase(await servers.CreateDatabaseAsync(Cancellation));
        await using var context = database.OpenContext();
        await context.Database.MigrateAsync(Cancellation);
        context.Tenants.Add(new Tenant { Id = database.TenantId, Slug = "default", CreatedAt = DateTimeOffset.UnixEpoch });
        await context.SaveChangesAsync(Cancellation);
        return database;
    }

    public MeteringDbContext OpenContext()
    {
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(Source);
        MeteringDbContext.UseConventions(options);
        return new MeteringDbContext(options.Options);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public async Task<long> ScalarAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
