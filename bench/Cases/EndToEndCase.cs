using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Cases;

/// <summary>R1k: what the whole way costs, against what the database alone could take.</summary>
internal sealed class EndToEndCase(EndToEndRounds rounds) : ICase
{
    public string Id => "R1k";

    public string Title => "end to end, HTTP batches of 1,000 to a query's answer ÷ D1";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var (system, copy) = await rounds.RunAsync(bench, cancellationToken);
        return new CaseResult(
            new Series("end to end", "events/s", [.. system.Select(round => round.PerSecond)]),
            new Series("D1", "rows/s", [.. copy.Select(round => round.PerSecond)]),
            Bound.AtLeast(0.12, 0.30));
    }
}
