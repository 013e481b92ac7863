using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Tests.MigrationService;

/// <summary>The program as a whole, in a process of its own: its exit code is what others wait for.</summary>
public sealed class MigrationTests(TestApi api)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_TwoAtOnceOnAnEmptyDatabase_BothSucceedAndSeedOnce()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);

        var runs = await Task.WhenAll(RunAsync(database, "Development", "dev-key"), RunAsync(database, "Development", "dev-key"));

        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Output));
        await using var context = Open(database);
        Assert.Empty(await context.Database.GetPendingMigrationsAsync(Token));
        var tenant = await context.Tenants.SingleAsync(Token);
        var key = await context.ApiKeys.SingleAsync(Token);
        Assert.Equal(("default", tenant.Id), (tenant.Slug, key.TenantId));
        Assert.Equal(ApiKeyHash.Of("dev-key"), key.Hash);
    }

    [Fact]
    public async Task Run_AgainWithAnotherKey_OnlyTheNewKeyIsGood()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);

        foreach (var key in (string[])["first-key", "second-key", "first-key"])
            Assert.Equal(0, (await RunAsync(database, "Development", key)).ExitCode);

        await using var context = Open(database);
        var good = Assert.Single(await context.ApiKeys.Where(k => k.RevokedAt == null).ToListAsync(Token));
        Assert.Equal(ApiKeyHash.Of("first-key"), good.Hash);
    }

    [Fact]
    public async Task Run_DevelopmentKeyInProduction_RefusesAndChangesNothing()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);

        var run = await RunAsync(database, "Production", "dev-key");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("Development:ApiKey is set, but the environment is Production", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("dev-key", run.Output, StringComparison.Ordinal);
        await using var context = Open(database);
        Assert.NotEmpty(await context.Database.GetPendingMigrationsAsync(Token));
    }

    [Fact]
    public async Task Run_ProductionWithoutKey_SeedsNothing()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);

        Assert.Equal(0, (await RunAsync(database, "Production", key: null)).ExitCode);

        await using var context = Open(database);
        Assert.False(await context.Tenants.AnyAsync(Token));
    }

    private Task<(int ExitCode, string Output)> RunAsync(string database, string environment, string? key) =>
        MigrationProcess.RunAsync(database, api.Servers.Kafka, environment, key, Token);

    private static MeteringDbContext Open(string database)
    {
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(database);
        MeteringDbContext.UseConventions(options);
        return new MeteringDbContext(options.Options);
    }
}
