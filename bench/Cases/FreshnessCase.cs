using CloudNative.Bench.Harness;
using CloudNative.Bench.Reports;

namespace CloudNative.Bench.Cases;

/// <summary>F1: at half of the load that the system can count; beside it at 1,000 events/s, as an absolute figure.</summary>
internal sealed class FreshnessCase(EndToEndRounds rounds) : ICase
{
    private const double ReferenceRate = 1_000;
    private const int SmallBatch = 10;
    private const int Batch = 100;
    private const double GoalP50 = 0.3;
    private const double GoalP99 = 1;

    public string Id => "F1";

    public string Title => "freshness at half of the maximum load: acknowledged to a query's answer, p99";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var half = await rounds.MaximumAsync(bench, cancellationToken) / 2;
        await using var system = await SystemUnderLoad.StartAsync(bench, cancellationToken);
        // Both processes compile their code first.
        await FreshnessRun.RunAsync(bench, system, ReferenceRate, SmallBatch, cancellationToken);
        var (slow, _) = await FreshnessRun.RunAsync(bench, system, ReferenceRate, SmallBatch, cancellationToken);
        var (loaded, rate) = await FreshnessRun.RunAsync(bench, system, half, Batch, cancellationToken);
        await system.SettleAsync(cancellationToken);
        await system.System.Counts.CheckAsync(system.Acknowledged, cancellationToken);

        bench.Figures.Set("freshness-p50", Percentile.Of(slow, 50));
        bench.Figures.Set("freshness-p99", Percentile.Of(slow, 99));
        var median = Percentile.Of(loaded, 50);
        return new CaseResult(new Series("p99", "s", [Percentile.Of(loaded, 99)]), null, Bound.AtMost(null, GoalP99))
        {
            Notes =
            [
                $"p50 {Text.Of(median)} s; goal ≤ {GoalP50} {(median <= GoalP50 ? "met" : "missed")}; {loaded.Count} probes at {Text.Of(rate)} of {Text.Of(half)} events/s",
            ],
        };
    }
}
