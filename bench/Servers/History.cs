using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using Npgsql;

namespace CloudNative.Bench.Servers;

/// <summary>A database with thirty days of counted events, and an API on it.</summary>
internal sealed class History : IAsyncDisposable
{
    private readonly Databases _databases;
    private readonly string _connectionString;
    private readonly ServiceProcess _api;

    private History(Databases databases, string connectionString, ServiceProcess api)
    {
        (_databases, _connectionString, _api) = (databases, connectionString, api);
        Database = NpgsqlDataSource.Create(connectionString);
    }

    public NpgsqlDataSource Database { get; }

    public Uri Api => _api.Address;

    public static async Task<History> CreateAsync(Workbench bench, long events, CancellationToken cancellationToken)
    {
        var connectionString = await bench.Databases.CreateAsync(withMeter: true, cancellationToken);
        await HistoryFill.RunAsync(connectionString, events, cancellationToken);
        await bench.Servers.CheckpointAsync(cancellationToken);
        var api = await ServiceProcess.StartAsync<Projects.ApiService>(
            "api", MeteringSystem.EnvironmentOf(bench.Servers, bench.Broker, connectionString), cancellationToken);
        return new History(bench.Databases, connectionString, api);
    }

    /// <summary>The question of the query cases: SUM by day, 30 days, one subject.</summary>
    public static string Question(string subject) =>
        $"/api/v1/meters/{Databases.Meter}/query?windowSize=DAY&from={HistoryEvents.From:yyyy-MM-dd}T00:00:00Z&to={HistoryEvents.To:yyyy-MM-dd}T00:00:00Z&subject={subject}";

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await Database.DisposeAsync();
        await _databases.DropAsync(_connectionString, CancellationToken.None);
    }
}
