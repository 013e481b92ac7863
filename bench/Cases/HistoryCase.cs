using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>R6: ten times the events over the same 30 days and subjects, so that the answer has the same size.</summary>
internal sealed class HistoryCase : ICase
{
    public string Id => "R6";

    public string Title => "query p95 with 10 times the history ÷ with 1 time";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var count = bench.Sizes.HistoryEvents;
        await using var longer = new RestQuestioner((await bench.HistoryAsync(10L * count, cancellationToken)).Api);
        await using var shorter = new RestQuestioner((await bench.HistoryAsync(count, cancellationToken)).Api);
        var questions = new Questions(bench);
        var (a, b) = await questions.RunAsync(longer, shorter, percent: 95, cancellationToken);
        bench.Figures.Set("query-1m", Percentile.Of(await questions.RoundAsync(shorter, cancellationToken), 50));
        bench.Figures.Set("query-10m", Percentile.Of(await questions.RoundAsync(longer, cancellationToken), 50));
        return new CaseResult(
            new Series($"{10L * count:N0} events", "ms", a), new Series($"{count:N0} events", "ms", b), Bound.AtMost(1.5, 1.1));
    }
}
