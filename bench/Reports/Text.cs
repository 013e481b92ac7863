using System.Globalization;
using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Reports;

/// <summary>How figures are written.</summary>
internal static class Text
{
    /// <summary>To three digits, which are all that a measurement on a shared machine has.</summary>
    public static string Of(double value) => value switch
    {
        double.NaN => "–",
        >= 10_000 => (100 * Math.Round(value / 100)).ToString("N0", CultureInfo.InvariantCulture),
        >= 1_000 => (10 * Math.Round(value / 10)).ToString("N0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    public static string Of(Series? series) => series is null ? "–" : $"{series.Name} {Of(series.Median)} {series.Unit}";

    public static string Spread(CaseResult result) => $"{Of(result.Spread.Low)}–{Of(result.Spread.High)}";

    public static string Floor(CaseResult result) => result.Bound is { Floor: { } floor } bound
        ? $"{Limit(bound, floor)} {(bound.MeetsFloor(result.Ratio) ? "met" : "MISSED")}" : "–";

    public static string Goal(CaseResult result) => result.Bound is { } bound
        ? $"{Limit(bound, bound.Goal)} {(bound.MeetsGoal(result.Ratio) ? "met" : "missed")}" : "–";

    private static string Limit(Bound bound, double limit) =>
        $"{bound.Direction switch { Direction.AtLeast => "≥", Direction.AtMost => "≤", _ => "=" }} {limit.ToString("0.##", CultureInfo.InvariantCulture)}";
}
