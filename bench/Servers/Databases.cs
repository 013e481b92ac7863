using System.Globalization;
using System.Net.Http.Json;
using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Bench.Servers;

/// <summary>Databases for the cases, copied from one that was migrated once; it has the tenant <c>default</c> with one API key.</summary>
internal sealed class Databases
{
    public const string ApiKey = "bench-key-0123456789";

    /// <summary>The meter that most cases count with: two dimensions.</summary>
    public const string Meter = "tokens";

    private const string Empty = "bench_empty";
    private const string Metered = "bench_metered";

    private readonly DataServers _servers;
    private int _made;

    private Databases(DataServers servers) => _servers = servers;

    public Ulid TenantId { get; private set; }

    public static async Task<Databases> PrepareAsync(DataServers servers, Broker broker, CancellationToken cancellationToken)
    {
        var databases = new Databases(servers);
        await servers.ExecuteAsync($"create database {Empty}", cancellationToken);
        await ServiceProcess.RunToEndAsync<Projects.MigrationService>("migrations", new Dictionary<string, string>
        {
            ["ConnectionStrings__metering"] = servers.ConnectionString(Empty),
            ["ConnectionStrings__kafka"] = broker.BootstrapServers,
            // A key in configuration exists in Development only; the migration is no part of any measurement.
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["Development__ApiKey"] = ApiKey,
        }, cancellationToken);
        databases.TenantId = await databases.ReadTenantAsync(cancellationToken);

        await servers.ExecuteAsync($"create database {Metered} template {Empty}", cancellationToken);
        await using var api = await ServiceProcess.StartAsync<Projects.ApiService>(
            "api", MeteringSystem.EnvironmentOf(servers, broker, servers.ConnectionString(Metered)), cancellationToken);
        await CreateMeterAsync(api.Client(ApiKey), Meter, cancellationToken);
        return databases;
    }

    /// <summary>A new database; <paramref name="withMeter"/> with the meter <see cref="Meter"/>.</summary>
    public async Task<string> CreateAsync(bool withMeter, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bench_{++_made}");
        await _servers.ExecuteAsync($"create database {name} template {(withMeter ? Metered : Empty)}", cancellationToken);
        return _servers.ConnectionString(name);
    }

    public async Task DropAsync(string connectionString, CancellationToken cancellationToken)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await _servers.ExecuteAsync($"drop database {name} with (force)", cancellationToken);
    }

    /// <summary>SUM of the tokens, by model and kind.</summary>
    public static async Task CreateMeterAsync(HttpClient api, string slug, CancellationToken cancellationToken)
    {
        var definition = new
        {
            slug, eventType = "prompt", aggregation = "SUM", valueProperty = "$.tokens", groupBy = new { model = "$.model", kind = "$.kind" },
        };
        using var created = await api.PostAsJsonAsync("/api/v1/meters", definition, cancellationToken);
        created.EnsureSuccessStatusCode();
    }

    private async Task<Ulid> ReadTenantAsync(CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_servers.ConnectionString(Empty)) { Pooling = false }.ConnectionString);
        await using var command = dataSource.CreateCommand("select id from tenants where slug = 'default'");
        return ((Guid)(await command.ExecuteScalarAsync(cancellationToken))!).ToUlid();
    }
}
