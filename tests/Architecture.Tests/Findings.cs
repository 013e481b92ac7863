namespace CloudNative.Architecture.Tests;

/// <summary>Figures over the repository, and what breaks a rule.</summary>
internal static class Findings
{
    public static void MustBeNone(IEnumerable<string> findings, string rule)
    {
        var found = findings.ToList();
        if (found.Count > 0)
            Assert.Fail($"{rule}: {found.Count} found\n  {string.Join("\n  ", found)}");
    }

    public static void MustStayWithin(string what, IEnumerable<int> figures, int median, int p90)
    {
        var sorted = figures.Order().ToList();
        Assert.NotEmpty(sorted);
        var (actualMedian, actualP90) = (Percentile(sorted, 50), Percentile(sorted, 90));
        if (actualMedian > median || actualP90 > p90)
            Assert.Fail($"{what}: median {actualMedian} (budget {median}), p90 {actualP90} (budget {p90}), of {sorted.Count}");
    }

    /// <summary>The smallest figure that at least so many percent do not exceed.</summary>
    private static int Percentile(List<int> sorted, int percent) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * percent / 100.0) - 1)];
}
