using System.Globalization;

namespace CloudNative.Bench.Servers;

/// <summary>One process's memory over time.</summary>
internal sealed class MemoryTrend(string name)
{
    // Until then a process grows into its work.
    private const double SettledAfter = 0.3;
    private const double MiB = 1024 * 1024;

    private readonly List<(double Minutes, double MiB)> _samples = [];

    public double HighestMiB => _samples.Max(sample => sample.MiB);

    /// <summary>MiB per minute, by least squares, over the last seven tenths.</summary>
    public double Growth
    {
        get
        {
            var settled = _samples.Skip((int)(_samples.Count * SettledAfter)).ToList();
            var (x, y) = (settled.Average(sample => sample.Minutes), settled.Average(sample => sample.MiB));
            var spread = settled.Sum(sample => (sample.Minutes - x) * (sample.Minutes - x));
            return spread == 0 ? 0 : settled.Sum(sample => (sample.Minutes - x) * (sample.MiB - y)) / spread;
        }
    }

    public void Add(TimeSpan at, long bytes) => _samples.Add((at.TotalMinutes, bytes / MiB));

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{name}: at most {HighestMiB:0} MiB, {Growth:+0.0;-0.0} MiB a minute after the first third");
}
