using System.Diagnostics;
using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Cases;

/// <summary>
/// Batches of 1,000 over HTTP until a query sees the last of them, in turn with D1. Measured once; throughput (R1k), cost (R11) and the maximum load that
/// others are derived from are read from the same rounds.
/// </summary>
internal sealed class EndToEndRounds
{
    private const int Batch = 1_000;
    private const int Connections = 4;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private (IReadOnlyList<Throughput> System, IReadOnlyList<Throughput> Copy)? _measured;

    public async Task<(IReadOnlyList<Throughput> System, IReadOnlyList<Throughput> Copy)> RunAsync(Workbench bench, CancellationToken cancellationToken) =>
        _measured ??= await MeasureAsync(bench, cancellationToken);

    /// <summary>Events per second that the system can count in the long run.</summary>
    public async Task<double> MaximumAsync(Workbench bench, CancellationToken cancellationToken) =>
        Percentile.Of((await RunAsync(bench, cancellationToken)).System.Select(round => round.PerSecond), 50);

    private static async Task<(IReadOnlyList<Throughput>, IReadOnlyList<Throughput>)> MeasureAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var count = bench.Sizes.EndToEndEvents;
        var events = BenchEvent.New(count, bench.Clock.GetUtcNow());
        await using var system = await SystemUnderLoad.StartAsync(bench, cancellationToken);
        using var load = system.Load(Batch, Connections);
        // Not measured: the processes compile their code.
        await RoundAsync(system, load, count, cancellationToken);

        var measured = await Rounds.RunAsync(
            bench.Sizes.Rounds,
            token => RoundAsync(system, load, count, token),
            token => CopyRows.RunAsync(bench.Servers, bench.Databases.TenantId, events, unique: true, token),
            cancellationToken);
        await system.System.Counts.CheckAsync(system.Acknowledged, cancellationToken);
        bench.Figures.Set("end-to-end", Percentile.Of(measured.Above.Select(round => round.PerSecond), 50));
        bench.Figures.Set("cpu", Percentile.Of(measured.Above.Select(round => round.ProcessorSecondsPerMillion), 50));
        bench.Figures.Set("memory", ProcessUsage.ResidentBytes(system.System.Processes) / (1024.0 * 1024));
        return measured;
    }

    private static async Task<Throughput> RoundAsync(SystemUnderLoad system, HttpLoad load, int count, CancellationToken cancellationToken)
    {
        var (processor, started) = (ProcessUsage.ProcessorSeconds(system.System.Processes), Stopwatch.GetTimestamp());
        await system.SendAsync(load, new LoadPlan { Requests = count / Batch }, cancellationToken);
        var visible = await system.Query.UntilTotalAsync(null, system.Acknowledged.Tokens, PollInterval, cancellationToken);
        return Throughput.Of(count, Stopwatch.GetElapsedTime(started, visible), ProcessUsage.ProcessorSeconds(system.System.Processes) - processor);
    }
}
