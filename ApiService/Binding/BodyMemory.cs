using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.Binding;

/// <summary>
/// The bytes that all requests in the process may take for their bodies. Without it as many large bodies as somebody sends would be read, and be kept while
/// Kafka or PostgreSQL is waited for.
/// </summary>
internal sealed class BodyMemory
{
    private readonly long _limit;
    private long _refused;
    private long _taken;

    public BodyMemory(IOptions<BodyOptions> options, IMeterFactory meters)
    {
        _limit = options.Value.Kilobytes * 1024L;
        var meter = meters.Create("CloudNative.Api");
        meter.CreateObservableGauge("cloudnative.bodies.memory", () => Taken, "By", "What requests that are being served took of Bodies:Kilobytes.");
        // Observed, so that it is exported before it counts: Prometheus does not see a step from nothing to the first value.
        meter.CreateObservableCounter(
            "cloudnative.bodies.refused_requests", () => Interlocked.Read(ref _refused), "{request}", "Requests refused because Bodies:Kilobytes was taken.");
    }

    public long Taken => Interlocked.Read(ref _taken);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= _limit)
            return true;
        Return(bytes);
        Interlocked.Increment(ref _refused);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
