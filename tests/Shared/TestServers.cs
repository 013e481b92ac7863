using Aspire.Hosting;
using Aspire.Hosting.Testing;
using CloudNative.Metering.Events;
using Npgsql;

namespace CloudNative.Tests;

/// <summary>
/// A PostgreSQL, a Redis and a Kafka of this test run's own, started by the embedded engine as an AppHost would: once per test assembly
/// (<c>[assembly: AssemblyFixture(typeof(TestServers))]</c>).
/// </summary>
public sealed class TestServers : IAsyncLifetime
{
    private static readonly string Topics = $"{UsageEventTopic.Name}:{UsageEventTopic.Partitions}:1";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private DistributedApplication? _application;

    /// <summary>Connection string of PostgreSQL's maintenance database.</summary>
    public string Postgres { get; private set; } = "";

    public string Redis { get; private set; } = "";

    /// <summary>Bootstrap servers; the topic of usage events exists.</summary>
    public string Kafka { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddPostgres("postgres");
        builder.AddRedis("redis");
        builder.AddKafka("kafka").WithEnvironment("KAFKA_CREATE_TOPICS", Topics);
        _application = await builder.BuildAsync(deadline.Token);
        await _application.StartAsync(deadline.Token);
        foreach (var name in (string[])["postgres", "redis", "kafka"])
            await _application.ResourceNotifications.WaitForResourceHealthyAsync(name, deadline.Token);
        Postgres = await ConnectionStringAsync("postgres", deadline.Token);
        Redis = await ConnectionStringAsync("redis", deadline.Token);
        Kafka = await ConnectionStringAsync("kafka", deadline.Token);
    }

    /// <summary>Makes an empty database and tells its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(Postgres);
        await connection.OpenAsync(cancellationToken);
        await using var create = new NpgsqlCommand($"create database {name}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
        return new NpgsqlConnectionStringBuilder(Postgres) { Database = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
            await _application.DisposeAsync();
    }

    private async Task<string> ConnectionStringAsync(string resource, CancellationToken cancellationToken) =>
        await _application!.GetConnectionStringAsync(resource, cancellationToken)
        ?? throw new InvalidOperationException($"The resource '{resource}' has no connection string.");
}
