using CloudNative.Bench.Load;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Harness;

/// <summary>What the cases work with: the servers, how much to measure, and the figures that several of them contribute to.</summary>
internal sealed class Workbench(Sizes sizes, DataServers servers, Broker broker, Databases databases) : IAsyncDisposable
{
    private readonly Dictionary<long, History> _histories = [];

    public Sizes Sizes { get; } = sizes;

    public DataServers Servers { get; } = servers;

    public Broker Broker { get; } = broker;

    public Databases Databases { get; } = databases;

    public TimeProvider Clock { get; } = TimeProvider.System;

    /// <summary>Absolute figures, to be set beside other products'.</summary>
    public Figures Figures { get; } = new();

    /// <summary>Rows per second of the COPY that is D1, or D0 without <paramref name="unique"/>.</summary>
    public async Task<double> CopyAsync(IReadOnlyList<BenchEvent> events, CancellationToken cancellationToken, bool unique = true) =>
        (await CopyRows.RunAsync(Servers, Databases.TenantId, events, unique, cancellationToken)).PerSecond;

    /// <summary>A history of so many events, made once: it takes minutes.</summary>
    public async Task<History> HistoryAsync(long events, CancellationToken cancellationToken)
    {
        if (!_histories.TryGetValue(events, out var history))
            _histories[events] = history = await History.CreateAsync(this, events, cancellationToken);
        return history;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var history in _histories.Values)
            await history.DisposeAsync();
    }
}
