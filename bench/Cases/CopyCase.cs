using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>D0 and D1: what this machine's PostgreSQL can take at all. No bound: they are the others' denominators.</summary>
internal sealed class CopyCase : ICase
{
    public string Id => "D0/D1";

    public string Title => "COPY into a table with unique (tenant, source, id) (D1) ÷ into a bare heap (D0)";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var events = BenchEvent.New(bench.Sizes.CopyRows, bench.Clock.GetUtcNow());
        await bench.CopyAsync(events, cancellationToken);
        var (unique, bare) = await Rounds.RunAsync(
            bench.Sizes.Rounds, token => bench.CopyAsync(events, token), token => bench.CopyAsync(events, token, unique: false), cancellationToken);
        return new CaseResult(new Series("D1", "rows/s", unique), new Series("D0", "rows/s", bare), Bound: null);
    }
}
