using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Tests.MigrationService;

/// <summary>How somebody gets into an installation in production for the first time.</summary>
public sealed class BootstrapTests(TestApi api)
{
    private const string Key = "5d41402abc4b2a76b9719d911017c592a3f1";
    private const string OtherKey = "7b52009b64fd0a2a49e6d8a939753077792b0554";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ProductionWithBootstrapKey_TheKeyIsLetIn()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);

        var run = await RunAsync(database, ("Bootstrap__ApiKey", Key), ("Bootstrap__Tenant", "acme"));

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.DoesNotContain(Key, run.Output, StringComparison.Ordinal);
        await using var context = TestApi.OpenDatabase(database);
        Assert.Equal("acme", (await context.Tenants.SingleAsync(Token)).Slug);
        using var client = api.Another(database).CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        using var answer = await client.GetAsync("/api/v1/meters", Token);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Run_AgainAfterTheKeyWasRevoked_ItStaysRevoked()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);
        Assert.Equal(0, (await RunAsync(database, ("Bootstrap__ApiKey", Key))).ExitCode);
        await using (var context = TestApi.OpenDatabase(database))
        {
            (await context.ApiKeys.SingleAsync(Token)).Revoke(TimeProvider.System.GetUtcNow());
            await context.SaveChangesAsync(Token);
        }

        var run = await RunAsync(database, ("Bootstrap__ApiKey", Key));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("was revoked or has expired and stays so", run.Output, StringComparison.Ordinal);
        await using var after = TestApi.OpenDatabase(database);
        Assert.NotNull((await after.ApiKeys.SingleAsync(Token)).RevokedAt);
    }

    [Fact]
    public async Task Run_AgainWithAnotherKey_BothAreGoodAndTheTenantIsOne()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);

        foreach (var key in (string[])[Key, OtherKey, OtherKey])
            Assert.Equal(0, (await RunAsync(database, ("Bootstrap__ApiKey", key))).ExitCode);

        await using var context = TestApi.OpenDatabase(database);
        Assert.Equal("default", (await context.Tenants.SingleAsync(Token)).Slug);
        Assert.Equal(2, await context.ApiKeys.CountAsync(key => key.RevokedAt == null, Token));
    }

    [Fact]
    public async Task Run_KeyOfAnotherTenant_FailsAndCreatesNothing()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);
        Assert.Equal(0, (await RunAsync(database, ("Bootstrap__ApiKey", Key))).ExitCode);

        var run = await RunAsync(database, ("Bootstrap__ApiKey", Key), ("Bootstrap__Tenant", "other"));

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("belongs to another tenant than", run.Output, StringComparison.Ordinal);
        await using var context = TestApi.OpenDatabase(database);
        Assert.Equal(1, await context.Tenants.CountAsync(Token));
    }

    [Theory]
    [InlineData("changeme", "default", "Bootstrap:ApiKey must have 32 to 256 characters")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "default", "Bootstrap:ApiKey can be guessed")]
    [InlineData(Key + "\n", "default", "Bootstrap:ApiKey must hold visible ASCII characters only")]
    [InlineData(Key, "Acme Inc", "Bootstrap:Tenant must be lower case letters")]
    public async Task Run_BadValue_RefusesByNameAndChangesNothing(string key, string tenant, string error)
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);

        var run = await RunAsync(database, ("Bootstrap__ApiKey", key), ("Bootstrap__Tenant", tenant));

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(error, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Trim(), run.Output, StringComparison.Ordinal);
        await using var context = TestApi.OpenDatabase(database);
        Assert.NotEmpty(await context.Database.GetPendingMigrationsAsync(Token));
    }

    private Task<(int ExitCode, string Output)> RunAsync(string database, params (string Name, string Value)[] settings) =>
        MigrationProcess.RunAsync(database, api.Servers.Kafka, "Production", settings, [], Token);
}
