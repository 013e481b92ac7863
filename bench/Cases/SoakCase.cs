using System.Diagnostics;
using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using CloudNative.Bench.Reports;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Cases;

/// <summary>Memory of the two services while as much is sent as the API takes: how high it goes, and whether it still grows.</summary>
internal sealed class SoakCase : ICase
{
    private const double LimitMiB = 512;
    private const int Batch = 1_000;
    private const int Connections = 4;
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    public string Id => "soak";

    public string Title => "memory of the larger service at maximum load, at most";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        await using var system = await SystemUnderLoad.StartAsync(bench, cancellationToken, isRoomy: false);
        using var load = system.Load(Batch, Connections);
        var window = bench.Sizes.SoakWindow;
        var sending = system.SendAsync(load, new LoadPlan { Window = window }, cancellationToken);
        var (api, sink) = (new MemoryTrend("API"), new MemoryTrend("sink"));
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) is var at && at < window;)
        {
            api.Add(at, ProcessUsage.ResidentBytes(system.System.Api.Process));
            sink.Add(at, ProcessUsage.ResidentBytes(system.System.Sink.Process));
            await Task.WhenAny(sending, Task.Delay(SampleInterval, cancellationToken));
        }

        var sent = await sending;
        await system.SettleAsync(cancellationToken);
        await system.System.Counts.CheckAsync(system.Acknowledged, cancellationToken);
        return new CaseResult(new Series("memory", "MiB", [Math.Max(api.HighestMiB, sink.HighestMiB)]), null, Bound.AtMost(LimitMiB, LimitMiB / 2))
        {
            Notes =
            [
                $"{window.TotalMinutes:0.#} minutes, {Text.Of(sent.EventsPerSecond)} events/s acknowledged, {sent.Refused:N0} requests refused and sent again",
                api.ToString(),
                sink.ToString(),
            ],
        };
    }
}
