using Npgsql;

namespace CloudNative.Bench.Servers;

/// <summary>A real PostgreSQL, durable as it is by default, and a Redis: once for all cases.</summary>
internal sealed class DataServers : IAsyncDisposable
{
    private const string PostgresName = "postgres";
    private const string RedisName = "redis";

    private readonly DistributedApplication _application;

    private DataServers(DistributedApplication application) => _application = application;

    /// <summary>Connection string of the maintenance database.</summary>
    public required string Postgres { get; init; }

    public required string Redis { get; init; }

    public required int PostgresProcess { get; init; }

    public required int RedisProcess { get; init; }

    public static async Task<DataServers> StartAsync(CancellationToken cancellationToken)
    {
        var builder = Engine.CreateBuilder();
        builder.AddPostgres(PostgresName);
        builder.AddRedis(RedisName);
        var application = await Engine.StartAsync(builder, cancellationToken);
        return new DataServers(application)
        {
            PostgresProcess = await application.HealthyProcessAsync(PostgresName, cancellationToken),
            RedisProcess = await application.HealthyProcessAsync(RedisName, cancellationToken),
            Postgres = await application.ConnectionStringAsync(PostgresName, cancellationToken),
            Redis = await application.ConnectionStringAsync(RedisName, cancellationToken),
        };
    }

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder(Postgres) { Database = database }.ConnectionString;

    /// <summary>Writes out what is dirty, so that one measurement does not pay for the one before it.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) => ExecuteAsync("checkpoint", cancellationToken);

    /// <summary>A statement in the maintenance database.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Postgres);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
