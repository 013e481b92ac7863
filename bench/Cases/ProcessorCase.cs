using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Cases;

/// <summary>R11: processor time of all five processes and their children per million events, against client and server of D1.</summary>
internal sealed class ProcessorCase(EndToEndRounds rounds) : ICase
{
    public string Id => "R11";

    public string Title => "CPU per million events, end to end ÷ D1";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var (system, copy) = await rounds.RunAsync(bench, cancellationToken);
        return new CaseResult(
            new Series("end to end", "CPU s", [.. system.Select(round => round.ProcessorSecondsPerMillion)]),
            new Series("D1", "CPU s", [.. copy.Select(round => round.ProcessorSecondsPerMillion)]),
            Bound.AtMost(6, 3));
    }
}
