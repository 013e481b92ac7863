using System.Text;
using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Reports;

/// <summary>The tables of bench/README.md.</summary>
internal static class MarkdownReport
{
    public static string Render(Conditions conditions, IReadOnlyList<(ICase Case, CaseResult Result)> results, Figures figures)
    {
        var text = new StringBuilder("| | measured with |\n|---|---|\n");
        foreach (var (name, value) in conditions.Settings)
            text.Append($"| {name} | {value} |\n");

        text.Append("\n| id | case | A | B | ratio (spread) | floor | goal |\n|---|---|---|---|---|---|---|\n");
        foreach (var (one, result) in results)
        {
            text.Append($"| {one.Id} | {one.Title} | ");
            text.Append(result.Failure is { } failure
                ? $"FAIL: {failure.Split('\n')[0]} | | | | |\n"
                : $"{Text.Of(result.Above)} | {Text.Of(result.Below)} | {Text.Of(result.Ratio)} ({Text.Spread(result)}) | {Text.Floor(result)} | {Text.Goal(result)} |\n");
        }

        text.Append("\n| figure | here | OpenMeter |\n|---|---|---|\n");
        foreach (var figure in Figures.All)
        {
            if (figures.Find(figure.Key) is { } value)
                text.Append($"| {figure.Label} | {Text.Of(value)} {figure.Unit} | {figure.OpenMeter} |\n");
        }

        return text.ToString();
    }
}
