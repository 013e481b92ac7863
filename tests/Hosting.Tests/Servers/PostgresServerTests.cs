using Aspire.Hosting;
using Aspire.Hosting.Servers.Postgres;
using Npgsql;
using CloudNative.Hosting.Tests.Processes;

namespace CloudNative.Hosting.Tests.Servers;

public sealed class PostgresServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hosting-tests-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task CreateDatabaseAsync_RunningServer_AnswersQueriesInIt()
    {
        var options = Options("secret'quoted");
        await using var running = await StartAsync(options);

        await running.Server.CreateDatabaseAsync("metering", Token);
        await running.Server.CreateDatabaseAsync("metering", Token);

        Assert.Equal("metering", await QueryAsync(options, "select current_database()", "metering"));
        Assert.Equal("on", await QueryAsync(options, "show fsync", "metering"));
        Assert.Equal("on", await QueryAsync(options, "show synchronous_commit", "metering"));
    }

    [Fact]
    public async Task ReadyAsync_WrongPassword_IsRefusedByTheServer()
    {
        var options = Options("right");
        await using var running = await StartAsync(options);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => QueryAsync(options with { Password = "wrong" }, "select 1"));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task PrepareAsync_DataOfAKilledServerAndAnotherPassword_StartsAgainWithTheData()
    {
        var first = Options("first") with { DataFolder = Path.Combine(_folder, "volume") };
        await using (var running = await StartAsync(first))
        {
            await QueryAsync(first, "create table kept as select 42::text as answer");
            running.Process.Kill();
            await running.Process.Exit.WaitAsync(Token);
        }

        var second = first with { Password = "second", Port = Ports.Free() };
        await using var again = await StartAsync(second);

        Assert.Equal("42", await QueryAsync(second, "select answer from kept"));
    }

    [Fact]
    public async Task PrepareAsync_DataFolderInUse_SaysWhoUsesIt()
    {
        var options = Options("secret") with { DataFolder = Path.Combine(_folder, "volume") };
        await using var running = await StartAsync(options);
        var other = new PostgresServer(options with { Port = Ports.Free(), LockPatience = TimeSpan.Zero }, PostgresLocator.Default, TestProcesses.Instance);

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => other.PrepareAsync(Token));

        Assert.Contains(running.Process.Id.ToString(), refused.Message);
    }

    [Fact]
    public async Task PrepareAsync_DataOfAnotherVersion_SaysWhichIsNeeded()
    {
        var volume = Directory.CreateDirectory(Path.Combine(_folder, "volume")).FullName;
        await File.WriteAllTextAsync(Path.Combine(volume, "PG_VERSION"), "9.6\n", Token);
        var server = new PostgresServer(Options("secret") with { DataFolder = volume }, PostgresLocator.Default, TestProcesses.Instance);

        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => server.PrepareAsync(Token));

        Assert.Contains("belongs to PostgreSQL 9.6", refused.Message);
    }

    private PostgresOptions Options(string password) => new(Path.Combine(_folder, "postgres"), Ports.Free(), "postgres", password);

    private static async Task<RunningServer<PostgresServer>> StartAsync(PostgresOptions options) =>
        await RunningServer.StartAsync(new PostgresServer(options, PostgresLocator.Default, TestProcesses.Instance), Token);

    private static async Task<string?> QueryAsync(PostgresOptions options, string sql, string database = "postgres")
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = options.Port,
            Username = options.UserName,
            Password = options.Password,
            Database = database,
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync(Token);
    }
}
