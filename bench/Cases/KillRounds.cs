using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>One window of load: what was counted in it, and the books after it.</summary>
/// <param name="PerSecond">Records that the sink committed in the window, each second.</param>
/// <param name="Acknowledged">All that the API has answered with 204, up to the end.</param>
/// <param name="Counted">What is counted when nothing waits any more.</param>
internal sealed record LoadWindow(double PerSecond, Sent Acknowledged, Sent Counted);

/// <summary>
/// The load that the system can just count, and the broker keep, for a while, in which the sink is killed with SIGKILL and started again, or not. Measured once, for R9 and R10.
/// </summary>
internal sealed class KillRounds(EndToEndRounds endToEnd)
{
    private const int Batch = 1_000;
    private const int Connections = 4;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private (IReadOnlyList<LoadWindow> Killed, IReadOnlyList<LoadWindow> Undisturbed)? _measured;

    public async Task<(IReadOnlyList<LoadWindow> Killed, IReadOnlyList<LoadWindow> Undisturbed)> RunAsync(
        Workbench bench, CancellationToken cancellationToken)
    {
        if (_measured is { } measured)
            return measured;

        var rate = Math.Min(await endToEnd.MaximumAsync(bench, cancellationToken), bench.Broker.MostWhileNobodyCounts);
        _measured = await Rounds.RunAsync(
            bench.Sizes.Rounds,
            token => WindowAsync(bench, rate, isKilled: true, token),
            token => WindowAsync(bench, rate, isKilled: false, token),
            cancellationToken);
        return _measured.Value;
    }

    private static async Task<LoadWindow> WindowAsync(Workbench bench, double rate, bool isKilled, CancellationToken cancellationToken)
    {
        var window = bench.Sizes.Window;
        await using var system = await SystemUnderLoad.StartAsync(bench, cancellationToken);
        using var load = system.Load(Batch, Connections);
        var sending = system.SendAsync(load, new LoadPlan { Window = WarmUp + window, Rate = rate / Batch }, cancellationToken);
        await Task.Delay(WarmUp, cancellationToken);
        var before = await system.System.Counts.RecordsAsync(cancellationToken);

        await Task.Delay(window / 2, cancellationToken);
        if (isKilled)
            await system.System.Sink.KillAndRestartAsync(cancellationToken);
        // The load ends with the window: what is counted afterwards does not belong to it.
        await sending;
        var after = await system.System.Counts.RecordsAsync(cancellationToken);
        var counted = await system.SettleAsync(cancellationToken);
        return new LoadWindow((after - before) / window.TotalSeconds, system.Acknowledged, counted);
    }
}
