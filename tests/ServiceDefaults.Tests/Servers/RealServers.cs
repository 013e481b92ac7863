using Aspire.Hosting;
using Aspire.Hosting.Testing;
using CloudNative.ServiceDefaults.Tests.Servers;

[assembly: AssemblyFixture(typeof(RealServers))]

namespace CloudNative.ServiceDefaults.Tests.Servers;

/// <summary>A real PostgreSQL and a real Redis-compatible server, started once for the tests of this assembly that ask for them.</summary>
public sealed class RealServers : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(2);

    private readonly Lazy<Task<DistributedApplication>> _application = new(StartAsync);

    public async Task<string> PostgresAsync() => await ConnectionStringAsync("database");

    public async Task<string> RedisAsync() => await ConnectionStringAsync("redis");

    public async ValueTask DisposeAsync()
    {
        if (_application.IsValueCreated)
            await (await _application.Value).DisposeAsync();
    }

    private static async Task<DistributedApplication> StartAsync()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddPostgres("postgres").AddDatabase("database");
        builder.AddRedis("redis");
        var application = await builder.BuildAsync();
        using var deadline = new CancellationTokenSource(StartDeadline);
        await application.StartAsync(deadline.Token);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("database", deadline.Token);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("redis", deadline.Token);
        return application;
    }

    private async Task<string> ConnectionStringAsync(string resource) =>
        await (await _application.Value).GetConnectionStringAsync(resource, TestContext.Current.CancellationToken)
        ?? throw new InvalidOperationException($"{resource} has no connection string");
}
