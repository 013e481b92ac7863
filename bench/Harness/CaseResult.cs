namespace CloudNative.Bench.Harness;

/// <summary>What came out of a case.</summary>
/// <param name="Above">What is divided.</param>
/// <param name="Below">What it is divided by; null for a case that has no denominator.</param>
/// <param name="Bound">What the ratio must reach; null where nothing is asked.</param>
internal sealed record CaseResult(Series Above, Series? Below, Bound? Bound)
{
    /// <summary>What went wrong; null when all counts were right.</summary>
    public string? Failure { get; init; }

    /// <summary>Said below the line.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Of the two medians; without a denominator, the median itself.</summary>
    public double Ratio => Below is null ? Above.Median : Above.Median / Below.Median;

    /// <summary>The lowest and the highest ratio of one round.</summary>
    public (double Low, double High) Spread
    {
        get
        {
            var ratios = Below is null ? Above.Values : [.. Above.Values.Zip(Below.Values, (above, below) => above / below)];
            return (ratios.DefaultIfEmpty(double.NaN).Min(), ratios.DefaultIfEmpty(double.NaN).Max());
        }
    }

    public bool MissesFloor => Failure is null && Bound?.MeetsFloor(Ratio) == false;

    public static CaseResult Failed(string failure) => new(Series.Empty, null, null) { Failure = failure };
}
