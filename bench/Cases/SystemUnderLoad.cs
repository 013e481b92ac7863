using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Cases;

/// <summary>The whole product at work: API, Kafka, sink, database. It knows what it has acknowledged.</summary>
internal sealed class SystemUnderLoad : IAsyncDisposable
{
    private readonly Workbench _bench;
    private long _tokens;
    private long _events;

    private SystemUnderLoad(Workbench bench, MeteringSystem system)
    {
        _bench = bench;
        System = system;
        Client = system.Api.Client(Databases.ApiKey);
        Query = new MeterQuery(Client);
    }

    public MeteringSystem System { get; }

    public HttpClient Client { get; }

    public MeterQuery Query { get; }

    public Sent Acknowledged => new(Interlocked.Read(ref _events), Interlocked.Read(ref _tokens));

    /// <param name="isRoomy">See <see cref="Broker.Roomy"/>.</param>
    public static async Task<SystemUnderLoad> StartAsync(Workbench bench, CancellationToken cancellationToken, bool isRoomy = true)
    {
        var system = await MeteringSystem.CreateAsync(bench, cancellationToken);
        await system.StartApiAsync(cancellationToken, isRoomy ? bench.Broker.Roomy : []);
        await system.StartSinkAsync(cancellationToken);
        return new SystemUnderLoad(bench, system);
    }

    public HttpLoad Load(int batch, int connections) => new(System.Api.Address, Databases.ApiKey, batch, connections, _bench.Clock);

    public async Task<LoadResult> SendAsync(HttpLoad load, LoadPlan plan, CancellationToken cancellationToken)
    {
        var result = await load.RunAsync(plan, cancellationToken);
        Add(result.Acknowledged);
        return result;
    }

    public void Add(Sent acknowledged)
    {
        Interlocked.Add(ref _events, acknowledged.Events);
        Interlocked.Add(ref _tokens, acknowledged.Tokens);
    }

    /// <summary>Waits until everything that the log got is counted, and tells what that is.</summary>
    public async Task<Sent> SettleAsync(CancellationToken cancellationToken)
    {
        // A request that was sent twice left its events in the log twice: the log's own count is what the sink must get to.
        var records = KafkaLog.Count(_bench.Broker.BootstrapServers, mayBeDeleted: true);
        await System.Counts.UntilCountedAsync(records, cancellationToken);
        return await System.Counts.CountedAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await System.DisposeAsync();
    }
}
