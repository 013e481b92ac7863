namespace CloudNative.Bench.Harness;

/// <summary>One figure, a value for each round.</summary>
internal sealed record Series(string Name, string Unit, IReadOnlyList<double> Values)
{
    public static readonly Series Empty = new("", "", []);

    public double Median => Percentile.Of(Values, 50);
}

internal static class Percentile
{
    /// <summary>The smallest value that at least so many percent do not exceed; the median of an even number is the mean of the middle two.</summary>
    public static double Of(IEnumerable<double> values, double percent)
    {
        var sorted = values.Order().ToList();
        if (sorted.Count == 0)
            return double.NaN;
        if (percent == 50 && sorted.Count % 2 == 0)
            return (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
        return sorted[Math.Clamp((int)Math.Ceiling(sorted.Count * percent / 100) - 1, 0, sorted.Count - 1)];
    }
}
