using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace CloudNative.Tests;

/// <summary>One real PostgreSQL for a test project, run by the engine that the product runs it with.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private DistributedApplication? _app;
    private string _connectionString = "";
    private int _databases;

    public async ValueTask InitializeAsync()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        var postgres = builder.AddPostgres("postgres");
        _app = builder.Build();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("postgres", TestContext.Current.CancellationToken);
        IResourceWithConnectionString server = postgres.Resource;
        _connectionString = (await server.GetConnectionStringAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>An empty database of the caller's own.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        await using var dataSource = NpgsqlDataSource.Create(_connectionString);
        await using var create = dataSource.CreateCommand($"create database {name}");
        await create.ExecuteNonQueryAsync(cancellationToken);
        return new NpgsqlConnectionStringBuilder(_connectionString) { Database = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }
}
