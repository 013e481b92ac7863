using CloudNative.Bench.Cases;
using CloudNative.Bench.Harness;
using CloudNative.Bench.Reports;

namespace CloudNative.Bench.Tests.Reports;

public sealed class MarkdownReportTests
{
    private static readonly Conditions Conditions = new([new("machine", "two cores")]);

    [Fact]
    public void Fill_DocumentWithSections_ReplacesWhatStandsInThem()
    {
        var figures = new Figures();
        figures.Set("batch-100", 138_149);
        (ICase, CaseResult)[] results =
        [
            (new SinkCase(), new CaseResult(new Series("sink", "events/s", [40_000, 50_000, 60_000]), new Series("D1", "rows/s", [100_000, 100_000, 200_000]), Bound.AtLeast(0.35, 0.65))),
            (new CopyCase(), CaseResult.Failed("Copied rows: expected 2, but there is 1.")),
        ];

        var filled = MarkdownReport.Fill(
            "# Bench\n<!-- bench:cases -->\nold\n<!-- /bench:cases -->\nbetween\n<!-- bench:figures --><!-- /bench:figures -->\nend", Conditions, results, figures);

        Assert.Equal(
            """
            # Bench
            <!-- bench:cases -->
            | case | A ÷ B | A | B | ratio (lowest–highest) | floor | goal |
            |---|---|---|---|---|---|---|
            | R2 | sink alone ÷ D1 | sink 50,000 events/s | D1 100,000 rows/s | 0.50 (0.30–0.50) | ≥ 0.35 met | ≥ 0.65 missed |
            | D0/D1 | COPY into a table with unique (tenant, source, id) (D1) ÷ into a bare heap (D0) | FAIL: Copied rows: expected 2, but there is 1. | | | | |
            <!-- /bench:cases -->
            between
            <!-- bench:figures -->
            | figure | here | OpenMeter |
            |---|---|---|
            | acknowledged, batches of 100 | 138,100 events/s | 44,000–49,000 events/s |
            <!-- /bench:figures -->
            end
            """, filled);
    }
}
