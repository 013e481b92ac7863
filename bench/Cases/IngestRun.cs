using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Cases;

/// <summary>
/// The API alone: nothing counts while it is measured. Between two rounds a sink counts what was acknowledged, so that the log does not fill up
/// (the API would refuse then) and every acknowledgement is checked.
/// </summary>
internal sealed class IngestRun : IAsyncDisposable
{
    private readonly Workbench _bench;
    private readonly MeteringSystem _system;
    private Sent _acknowledged;
    private int _refused;

    private IngestRun(Workbench bench, MeteringSystem system)
    {
        _bench = bench;
        _system = system;
    }

    public Uri Api => _system.Api.Address;

    public static async Task<IngestRun> StartAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var system = await MeteringSystem.CreateAsync(bench, cancellationToken);
        await system.StartApiAsync(cancellationToken, EchoEndpoint.Environment.Concat(bench.Broker.Roomy));
        return new IngestRun(bench, system);
    }

    /// <summary>Said when the API refused requests: the rate is not the API's then, but the log's.</summary>
    public IReadOnlyList<string> Notes => _refused == 0 ? [] : [$"{_refused:N0} requests were refused and sent again"];

    public HttpLoad Load(int batch, int connections) => new(Api, Databases.ApiKey, batch, connections, _bench.Clock);

    public async Task<LoadResult> SendAsync(HttpLoad load, long requests, CancellationToken cancellationToken)
    {
        var result = await load.RunAsync(requests, cancellationToken);
        _acknowledged += result.Acknowledged;
        _refused += result.Refused;
        return result;
    }

    /// <summary>Has everything counted that was acknowledged, and checks it.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await _system.DrainAsync(_acknowledged.Events, cancellationToken);
        await _system.Counts.CheckAsync(_acknowledged, cancellationToken);
    }

    public ValueTask DisposeAsync() => _system.DisposeAsync();
}
