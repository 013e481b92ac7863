using System.Diagnostics;
using System.Net.Http.Headers;
using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>How old an event is when a query first sees it, counted from its acknowledgement, under a steady load.</summary>
internal static class FreshnessRun
{
    private const int Connections = 4;
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <returns>Seconds of each probe, and the rate that the load came to.</returns>
    public static async Task<(IReadOnlyList<double> Ages, double EventsPerSecond)> RunAsync(
        Workbench bench, SystemUnderLoad system, double eventsPerSecond, int batch, CancellationToken cancellationToken)
    {
        var window = bench.Sizes.FreshnessWindow;
        using var load = system.Load(batch, Connections);
        var sending = system.SendAsync(load, new LoadPlan { Window = window, Rate = eventsPerSecond / batch }, cancellationToken);
        var probes = new List<Task<double>>();
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < window;)
        {
            probes.Add(ProbeAsync(bench, system, cancellationToken));
            await Task.Delay(ProbeInterval, cancellationToken);
        }

        var ages = await Task.WhenAll(probes);
        return (ages, (await sending).EventsPerSecond);
    }

    /// <summary>One event of a subject that has no other.</summary>
    private static async Task<double> ProbeAsync(Workbench bench, SystemUnderLoad system, CancellationToken cancellationToken)
    {
        var number = EventId.Take(1);
        var probe = BenchEvent.Of(number, bench.Clock.GetUtcNow(), $"probe-{number}");
        using var body = new ByteArrayContent(probe.Json) { Headers = { ContentType = new MediaTypeHeaderValue("application/cloudevents+json") } };
        using var answer = await system.Client.PostAsync("/api/v1/events", body, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var acknowledged = Stopwatch.GetTimestamp();
        system.Add(new Sent(1, probe.Tokens));
        var visible = await system.Query.UntilTotalAsync(probe.Subject, probe.Tokens, PollInterval, cancellationToken);
        return Stopwatch.GetElapsedTime(acknowledged, visible).TotalSeconds;
    }
}
