using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Tests.MigrationService;

/// <summary>The same program with <c>--wait</c>, as the pods of the services start with it.</summary>
public sealed class WaitTests(TestApi api)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wait_EmptyDatabase_EndsAfterTheMigrationAndDoesNothingItself()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);
        var waits = new TaskCompletionSource();
        var waiting = WaitAsync(database, line =>
        {
            if (line.Contains("Waiting for the migration: the database", StringComparison.Ordinal))
                waits.TrySetResult();
        });
        Assert.Same(waits.Task, await Task.WhenAny(waits.Task, waiting));
        await using (var context = TestApi.OpenDatabase(database))
            Assert.Empty(await context.Database.GetAppliedMigrationsAsync(Token));

        Assert.Equal(0, (await MigrationProcess.RunAsync(database, api.Servers.Kafka, "Production", key: null, Token)).ExitCode);

        var wait = await waiting;
        Assert.True(wait.ExitCode == 0, wait.Output);
    }

    [Fact]
    public async Task Wait_DatabaseOfALaterRelease_EndsAtOnce()
    {
        var database = await api.Servers.CreateDatabaseAsync(Token);
        await using (var context = TestApi.OpenDatabase(database))
        {
            await context.Database.MigrateAsync(Token);
            await context.Database.ExecuteSqlAsync($"insert into \"__EFMigrationsHistory\" select '99990101000000_Later', max(product_version) from \"__EFMigrationsHistory\"", Token);
        }

        var wait = await WaitAsync(database);

        Assert.True(wait.ExitCode == 0, wait.Output);
    }

    private Task<(int ExitCode, string Output)> WaitAsync(string database, Action<string>? onOutput = null) =>
        MigrationProcess.RunAsync(database, api.Servers.Kafka, "Production", [], ["--wait"], Token, onOutput);
}
