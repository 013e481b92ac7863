using CloudNative.Metering.Database;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace CloudNative.Metering.Tests.ApiKeys;

/// <summary>Keys from before scopes go on doing everything.</summary>
public sealed class ApiKeyUpgradeTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrate_KeyFromBefore_MayDoEverything()
    {
        await using var source = NpgsqlDataSource.Create(await servers.CreateDatabaseAsync(Cancellation));
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(source);
        MeteringDbContext.UseConventions(options);
        await using var context = new MeteringDbContext(options.Options);
        await context.GetService<IMigrator>().MigrateAsync("20261124100700_CutLogs", Cancellation);
        await using (var insert = source.CreateCommand("""
            with tenant as (insert into tenants (id, slug, created_at) values (gen_random_uuid(), 'old', now()) returning id)
            insert into api_keys (id, tenant_id, name, prefix, hash, created_at)
            select gen_random_uuid(), id, name, 'p', sha256(name::bytea), now() from tenant, unnest('{first,second}'::text[]) name
            """))
            await insert.ExecuteNonQueryAsync(Cancellation);

        await context.Database.MigrateAsync(Cancellation);

        var keys = await context.ApiKeys.ToListAsync(Cancellation);
        Assert.Equal(2, keys.Count);
        Assert.All(keys, key => Assert.Equal("* True", $"{string.Join(',', key.Scopes)} {key.IsGood(TimeProvider.System.GetUtcNow())}"));
    }
}
