using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>R6d: the fastest way to answer without rollups, a column store that scans the raw events within the process that asks.</summary>
internal sealed class ScanCase : ICase
{
    public string Id => "R6d";

    public string Title => "the query from raw events in DuckDB ÷ ours through REST, p50, with 10 times the history";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var count = 10L * bench.Sizes.HistoryEvents;
        await using var rest = new RestQuestioner((await bench.HistoryAsync(count, cancellationToken)).Api);
        await using var duckDb = await DuckDbQuestioner.OpenAsync(count, cancellationToken);
        await Questions.CompareAsync(duckDb, rest, cancellationToken);
        var (a, b) = await new Questions(bench).RunAsync(duckDb, rest, percent: 50, cancellationToken);
        return new CaseResult(new Series("DuckDB", "ms", a), new Series("REST", "ms", b), Bound.AtLeast(1, 10));
    }
}
