using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CloudNative.Hosting.Tests.Resources;

/// <summary>PostgreSQL, Redis and Kafka as resources of an application, with the real servers.</summary>
public sealed class ServerResourceTests
{
    [Fact]
    public async Task WithPgAdminAndKafkaUI_Start_SayThatTheyAddNothing()
    {
        var logger = new ListLogger<Orchestrator>();
        await using var run = await RunAsync(builder =>
        {
            builder.Services.AddSingleton<ILogger<Orchestrator>>(logger);
            builder.AddPostgres("server").WithPgAdmin().WithExplicitStart();
            builder.AddKafka("broker").WithKafkaUI().WithExplicitStart();
        });
        Assert.Contains(logger.Messages, line => line.StartsWith("server: WithPgAdmin adds nothing here", StringComparison.Ordinal));
        Assert.Contains(logger.Messages, line => line.StartsWith("broker: WithKafkaUI adds nothing here", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AddDatabase_Healthy_ExistsAndTakesTheInjectedConnectionString()
    {
        await using var run = await RunAsync(builder => builder.AddPostgres("server").AddDatabase("metering", "meter \"db\""), "metering");
        await using var connection = await OpenAsync(run, "metering");
        Assert.Equal("meter \"db\"", connection.Database);
        var shown = await run.ResourceNotifications.WaitForResourceHealthyAsync("metering", Token);
        Assert.Contains(shown.Snapshot.Properties, p => p is { Name: KnownProperties.ConnectionString, IsSensitive: true });
    }

    [Fact]
    public async Task WithDataBindMount_NextRun_KeepsDataUnderAnotherPassword()
    {
        var folder = Directory.CreateTempSubdirectory("pgdata-").FullName;
        try
        {
            await using (var first = await RunAsync(builder => AddKept(builder, folder, "one"), "data"))
            await using (var connection = await OpenAsync(first, "data"))
                await new NpgsqlCommand("create table kept as select 42 as answer", connection).ExecuteNonQueryAsync(Token);

            await using var second = await RunAsync(builder => AddKept(builder, folder, "two"), "data");
            await using var again = await OpenAsync(second, "data");
            Assert.Equal(42, await new NpgsqlCommand("select answer from kept", again).ExecuteScalarAsync(Token));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Dispose_WithoutVolume_RemovesTheRunsFolder()
    {
        string folder;
        await using (var run = await RunAsync(builder => builder.AddPostgres("server"), "server"))
        {
            folder = run.Services.GetRequiredService<LocalRun>().TemporaryFolder;
            Assert.True(Directory.Exists(folder));
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task RedisAndKafka_Healthy_ListenWhereTheConnectionStringsSay()
    {
        await using var run = await RunAsync(
            builder =>
            {
                builder.AddRedis("redis");
                builder.AddKafka("kafka").WithEnvironment("KAFKA_CREATE_TOPICS", "events:3:1");
            },
            "redis",
            "kafka");
        foreach (var name in new[] { "redis", "kafka" })
        {
            var address = (await run.GetConnectionStringAsync(name, Token))!.Split(',')[0].Split(':');
            using var client = new TcpClient();
            await client.ConnectAsync(address[0], int.Parse(address[1]), Token);
        }
    }

    [Fact]
    public async Task Restart_Postgres_IsHealthyAgainOnTheSamePort()
    {
        await using var run = await RunAsync(builder => builder.AddPostgres("server"), "server");
        var before = await run.GetConnectionStringAsync("server", Token);
        Assert.True((await run.ResourceCommands.ExecuteCommandAsync("server", KnownResourceCommands.RestartCommand, Token)).Success);
        await run.ResourceNotifications.WaitForResourceHealthyAsync("server", WaitBehavior.WaitOnResourceUnavailable, Token);
        Assert.Equal(before, await run.GetConnectionStringAsync("server", Token));
        await using var connection = await OpenAsync(run, "server");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static void AddKept(IDistributedApplicationBuilder builder, string folder, string password) =>
        builder.AddPostgres("server", password: builder.AddParameter("password", password, secret: true)).WithDataBindMount(folder).AddDatabase("data");

    private static async Task<DistributedApplication> RunAsync(Action<IDistributedApplicationBuilder> describe, params string[] healthy)
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        describe(builder);
        var application = await builder.BuildAsync(Token);
        await application.StartAsync(Token);
        foreach (var name in healthy)
            await application.ResourceNotifications.WaitForResourceHealthyAsync(name, Token);
        return application;
    }

    private static async Task<NpgsqlConnection> OpenAsync(DistributedApplication run, string resource)
    {
        var settings = new NpgsqlConnectionStringBuilder(await run.GetConnectionStringAsync(resource, Token)) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }
}
