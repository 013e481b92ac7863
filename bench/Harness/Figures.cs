namespace CloudNative.Bench.Harness;

/// <summary>Absolute figures of this run, and what was measured for OpenMeter on such a machine (built from its source, tuned).</summary>
internal sealed class Figures
{
    public static readonly IReadOnlyList<Figure> All =
    [
        new("single", "acknowledged, one by one", "events/s", "11,000–13,000"),
        new("single-p99", "the same, p99", "ms", "12.6"),
        new("batch-100", "acknowledged, batches of 100", "events/s", "44,000–49,000"),
        new("batch-1000", "acknowledged, batches of 1,000", "events/s", "58,000–62,000"),
        new("end-to-end", "end to end", "events/s", "8,000–10,000"),
        new("cpu", "CPU per million events, end to end", "s", "140–175"),
        new("freshness-p50", "freshness at 1,000/s, p50", "s", "1.1"),
        new("freshness-p99", "freshness at 1,000/s, p99", "s", "2.2"),
        new("memory", "memory, all processes", "MiB", "about 1,040"),
        new("query-1m", "query: SUM by day, 30 days, one subject; 1 M events", "ms", "100"),
        new("query-10m", "the same, 10 M events", "ms", "960"),
    ];

    private readonly Dictionary<string, double> _values = [];

    public void Set(string key, double value) => _values[All.Single(figure => figure.Key == key).Key] = value;

    public double? Find(string key) => _values.TryGetValue(key, out var value) ? value : null;
}

/// <param name="Key">Its name in JSON.</param>
/// <param name="Label">What it is.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="OpenMeter">OpenMeter's, whose answer does not wait for the broker.</param>
internal sealed record Figure(string Key, string Label, string Unit, string OpenMeter);
