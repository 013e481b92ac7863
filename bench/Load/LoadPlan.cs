using System.Diagnostics;

namespace CloudNative.Bench.Load;

/// <summary>How much to send, and how fast.</summary>
internal sealed record LoadPlan
{
    /// <summary>How many requests at most.</summary>
    public long Requests { get; init; } = long.MaxValue;

    /// <summary>How long at most; null: until all are sent.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>Requests a second, whatever the answers take; null: as fast as they are answered.</summary>
    public double? Rate { get; init; }
}

/// <summary>Hands the requests of one load to its connections.</summary>
internal sealed class LoadClock(LoadPlan plan)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _taken;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Waits until the next request is due; false when there is none.</summary>
    public async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _taken) - 1;
        if (number >= plan.Requests || Elapsed > plan.Window)
            return false;
        if (plan.Rate is not { } rate)
            return true;

        var due = TimeSpan.FromSeconds(number / rate);
        if (due > plan.Window)
            return false;
        if (due - Elapsed is { TotalMilliseconds: >= 1 } early)
            await Task.Delay(early, cancellationToken);
        return true;
    }
}

/// <summary>What a load did.</summary>
/// <param name="Acknowledged">Every event that was sent: each is sent until it is acknowledged.</param>
/// <param name="Latencies">Milliseconds of each request, from its (last) sending to its answer.</param>
/// <param name="Refused">How often a request was sent again.</param>
internal sealed record LoadResult(Sent Acknowledged, TimeSpan Elapsed, IReadOnlyList<double> Latencies, int Refused)
{
    public double EventsPerSecond => Acknowledged.Events / Elapsed.TotalSeconds;

    public static LoadResult Sum(IReadOnlyCollection<LoadResult> parts, TimeSpan elapsed) => new(
        parts.Aggregate(new Sent(), (sum, part) => sum + part.Acknowledged),
        elapsed,
        [.. parts.SelectMany(part => part.Latencies)],
        parts.Sum(part => part.Refused));
}
