using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>R4: a single event's way through the API, against the least that any JSON endpoint of the same process does.</summary>
internal sealed class SingleIngestCase : ICase
{
    private const int Connections = 32;
    private const int WarmUpRounds = 2;

    public string Id => "R4";

    public string Title => "single-event POST ÷ a JSON echo endpoint in the same process";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        await using var run = await IngestRun.StartAsync(bench, cancellationToken);
        using var singles = run.Load(1, Connections);
        using var echo = new EchoLoad(run.Api, Connections, bench.Clock);
        var requests = bench.Sizes.SingleEvents;
        var latencies = new List<double>();

        // 7 s after its start, 28 % of the API's processor time was still the compiler's: what is compared are services that have run for a while.
        for (var round = 0; round < WarmUpRounds; round++)
        {
            await run.SendAsync(singles, requests, cancellationToken);
            await run.SettleAsync(cancellationToken);
            await echo.RateAsync(requests, cancellationToken);
        }

        var (api, bare) = await Rounds.RunAsync(
            bench.Sizes.Rounds,
            async token =>
            {
                var result = await run.SendAsync(singles, requests, token);
                await run.SettleAsync(token);
                latencies.Add(Percentile.Of(result.Latencies, 99));
                return result.EventsPerSecond;
            },
            token => echo.RateAsync(requests, token),
            cancellationToken);
        bench.Figures.Set("single", Percentile.Of(api, 50));
        bench.Figures.Set("single-p99", Percentile.Of(latencies, 50));
        return new CaseResult(new Series("API", "events/s", api), new Series("echo", "requests/s", bare), Bound.AtLeast(0.30, 0.70)) { Notes = run.Notes };
    }
}
