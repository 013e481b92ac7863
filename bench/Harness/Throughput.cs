namespace CloudNative.Bench.Harness;

/// <summary>How fast, and at what cost.</summary>
/// <param name="PerSecond">Events or rows.</param>
/// <param name="ProcessorSecondsPerMillion">Of all processes that take part.</param>
internal readonly record struct Throughput(double PerSecond, double ProcessorSecondsPerMillion)
{
    public static Throughput Of(long count, TimeSpan elapsed, double processorSeconds) =>
        new(count / elapsed.TotalSeconds, processorSeconds * 1_000_000 / count);
}
