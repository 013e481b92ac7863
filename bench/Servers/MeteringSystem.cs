using CloudNative.Bench.Harness;
using Npgsql;

namespace CloudNative.Bench.Servers;

/// <summary>The product with a database and a topic of its own, both empty; its services are started when a case needs them.</summary>
internal sealed class MeteringSystem : IAsyncDisposable
{
    private readonly Workbench _bench;
    private readonly string _connectionString;
    private ServiceProcess? _api;
    private ServiceProcess? _sink;

    private MeteringSystem(Workbench bench, string connectionString)
    {
        _bench = bench;
        _connectionString = connectionString;
        Database = NpgsqlDataSource.Create(connectionString);
        Counts = new Counts(Database);
    }

    public NpgsqlDataSource Database { get; }

    /// <summary>What is stored, as the database says.</summary>
    public Counts Counts { get; }

    public ServiceProcess Api => _api ?? throw new InvalidOperationException("The API is not started.");

    public ServiceProcess Sink => _sink ?? throw new InvalidOperationException("The sink is not started.");

    /// <summary>Every process that an event passes on its way, without the load generator.</summary>
    public IReadOnlyList<int> Processes =>
        [Api.Process, Sink.Process, _bench.Broker.Process, _bench.Servers.PostgresProcess, _bench.Servers.RedisProcess];

    // Asked for at each start: the broker may be another one by then.
    private Dictionary<string, string> Environment => EnvironmentOf(_bench.Servers, _bench.Broker, _connectionString);

    public static Dictionary<string, string> EnvironmentOf(DataServers servers, Broker broker, string database) => new()
    {
        ["ConnectionStrings__metering"] = database,
        ["ConnectionStrings__redis"] = servers.Redis,
        ["ConnectionStrings__kafka"] = broker.BootstrapServers,
        // A case may empty the topic by making it anew.
        ["Ingest__AcceptReplacedTopic"] = "true",
    };

    /// <param name="withMeter">Whether the meter exists before the first event.</param>
    public static async Task<MeteringSystem> CreateAsync(Workbench bench, CancellationToken cancellationToken, bool withMeter = true)
    {
        await bench.Broker.RenewAsync(cancellationToken);
        return new MeteringSystem(bench, await bench.Databases.CreateAsync(withMeter, cancellationToken));
    }

    /// <param name="more">Variables beside those that every service gets.</param>
    public async Task StartApiAsync(CancellationToken cancellationToken, params IEnumerable<KeyValuePair<string, string>> more) =>
        _api = await ServiceProcess.StartAsync<Projects.ApiService>("api", Environment.Concat(more).ToDictionary(), cancellationToken);

    /// <summary>Starts the sink without waiting for it.</summary>
    /// <param name="more">Variables beside those that every service gets.</param>
    public async Task LaunchSinkAsync(CancellationToken cancellationToken, params IEnumerable<KeyValuePair<string, string>> more) =>
        _sink = await ServiceProcess.LaunchAsync<Projects.IngestService>("ingest", Environment.Concat(more).ToDictionary(), cancellationToken);

    /// <summary>Starts the sink and waits until it is healthy.</summary>
    public async Task StartSinkAsync(CancellationToken cancellationToken, params IEnumerable<KeyValuePair<string, string>> more)
    {
        await LaunchSinkAsync(cancellationToken, more);
        await Sink.HealthyAsync(cancellationToken);
    }

    public async Task StopSinkAsync()
    {
        if (_sink is not null)
            await _sink.DisposeAsync();
        _sink = null;
    }

    /// <summary>Lets a sink count what waits in Kafka, until so many records are counted in all.</summary>
    public async Task DrainAsync(long records, CancellationToken cancellationToken)
    {
        await LaunchSinkAsync(cancellationToken);
        await Counts.UntilCountedAsync(records, cancellationToken);
        await StopSinkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
            await _api.DisposeAsync();
        await StopSinkAsync();
        await Database.DisposeAsync();
        await _bench.Databases.DropAsync(_connectionString, CancellationToken.None);
    }
}
