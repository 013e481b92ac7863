using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>R10: nothing lost and nothing doubled by the faults of this run. The fault tests go much further.</summary>
internal sealed class ExactlyOnceCase(KillRounds rounds) : ICase
{
    public string Id => "R10";

    public string Title => "counted ÷ acknowledged distinct events, after the SIGKILLs of R9";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var (killed, _) = await rounds.RunAsync(bench, cancellationToken);
        var counted = killed.Aggregate(new Sent(), (sum, window) => sum + window.Counted);
        var acknowledged = killed.Aggregate(new Sent(), (sum, window) => sum + window.Acknowledged);
        return new CaseResult(
            new Series("counted", "events", [counted.Events]), new Series("acknowledged", "events", [acknowledged.Events]), Bound.Exactly(1))
        {
            Failure = killed.Any(window => window.Counted != window.Acknowledged)
                ? $"{counted.Events:N0} events with {counted.Tokens:N0} tokens were counted, but {acknowledged.Events:N0} with {acknowledged.Tokens:N0} acknowledged."
                : null,
        };
    }
}
