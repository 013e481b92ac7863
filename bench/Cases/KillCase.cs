using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Cases;

/// <summary>R9: what a crash of the sink costs.</summary>
internal sealed class KillCase(KillRounds rounds) : ICase
{
    public string Id => "R9";

    public string Title => "throughput over a window with one SIGKILL of the sink ÷ undisturbed";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var (killed, undisturbed) = await rounds.RunAsync(bench, cancellationToken);
        foreach (var window in killed.Concat(undisturbed))
            CountMismatchException.ThrowUnless(window.Acknowledged.Tokens, window.Counted.Tokens, "Counted tokens");
        return new CaseResult(
            new Series("killed", "events/s", [.. killed.Select(window => window.PerSecond)]),
            new Series("undisturbed", "events/s", [.. undisturbed.Select(window => window.PerSecond)]),
            Bound.AtLeast(0.6, 0.85))
        {
            Notes = [$"a window is {bench.Sizes.Window.TotalSeconds:0} s"],
        };
    }
}
