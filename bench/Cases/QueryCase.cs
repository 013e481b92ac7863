using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>R5: what authentication, REST and JSON cost above the SQL.</summary>
internal sealed class QueryCase : ICase
{
    public string Id => "R5";

    public string Title => "query p95 through REST ÷ hand-written SQL on the same rollups";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var history = await bench.HistoryAsync(bench.Sizes.HistoryEvents, cancellationToken);
        await using var rest = new RestQuestioner(history.Api);
        await using var sql = await SqlQuestioner.OpenAsync(history.Database, cancellationToken);
        await Questions.CompareAsync(rest, sql, cancellationToken);
        var (a, b) = await new Questions(bench).RunAsync(rest, sql, percent: 95, cancellationToken);
        return new CaseResult(new Series("REST", "ms", a), new Series("SQL", "ms", b), Bound.AtMost(3, 1.5));
    }
}
