using Aspire.Hosting;
using Aspire.Hosting.Servers.Postgres;
using Aspire.Hosting.Tools;
using CloudNative.Hosting.Tests.Processes;

namespace CloudNative.Hosting.Tests.Servers;

public sealed class PostgresLocatorTests
{
    private static readonly UserCache Cache = UnprivilegedUser.ReachableCache(UserCache.Default);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FindAsync_NothingInstalledAndNoPackage_SaysWhatToInstall()
    {
        var locator = new PostgresLocator(Cache) { SearchPath = [], SystemFolders = [], Package = null };

        var missing = await Assert.ThrowsAsync<DistributedApplicationException>(() => locator.FindAsync(chosenFolder: null, TestProcesses.Instance, Token));

        Assert.Contains("No PostgreSQL 14 or newer was found", missing.Message);
        Assert.Contains("Install one (", missing.Message);
        Assert.Contains(PostgresLocator.FolderVariable, missing.Message);
    }

    [Fact]
    public async Task FindAsync_ChosenFolderWithoutPostgres_NamesTheVariableAndTheFolder()
    {
        var missing = await Assert.ThrowsAsync<DistributedApplicationException>(() => new PostgresLocator(Cache).FindAsync("/nowhere/bin", TestProcesses.Instance, Token));

        Assert.Contains("CLOUDNATIVE_POSTGRES_BIN is '/nowhere/bin'", missing.Message);
    }

    [Fact]
    public async Task FindAsync_ProgramThatThisMachineCannotRun_IsPassedOver()
    {
        var folder = Directory.CreateTempSubdirectory("hosting-tests-").FullName;
        foreach (var name in new[] { "initdb", "postgres", "initdb.exe", "postgres.exe" })
            await File.WriteAllTextAsync(Path.Combine(folder, name), "no program", Token);
        var locator = new PostgresLocator(Cache) { SearchPath = [folder], SystemFolders = [], Package = null };

        await Assert.ThrowsAsync<DistributedApplicationException>(() => locator.FindAsync(chosenFolder: null, TestProcesses.Instance, Token));

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task FindAsync_OnlyTheNpmPackage_InstallsAServerThatStarts()
    {
        if (!PostgresLocator.Default.SearchPath.Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "npm.cmd" : "npm"))))
            Assert.Skip("npm is not in PATH.");
        var locator = new PostgresLocator(Cache) { SearchPath = [], SystemFolders = [] };
        var folder = Directory.CreateTempSubdirectory("hosting-tests-").FullName;
        var options = new PostgresOptions(folder, Ports.Free(), "admin", "secret");

        await using (var running = await RunningServer.StartAsync(new PostgresServer(options, locator, TestProcesses.Instance), Token))
            await running.Server.CreateDatabaseAsync("metering", Token);

        Assert.Equal(18, (await locator.FindAsync(chosenFolder: null, TestProcesses.Instance, Token)).MajorVersion);
        Directory.Delete(folder, recursive: true);
    }
}
