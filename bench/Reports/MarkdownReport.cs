using System.Text;
using System.Text.RegularExpressions;
using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Reports;

/// <summary>
/// Tables for documents. In a file that exists, what stands between <c>&lt;!-- bench:cases --&gt;</c> and <c>&lt;!-- /bench:cases --&gt;</c> (likewise
/// <c>conditions</c> and <c>figures</c>) is replaced, so that no figure is copied by hand; a new file gets all three.
/// </summary>
internal static partial class MarkdownReport
{
    private const string NewFile = """
        <!-- bench:conditions --><!-- /bench:conditions -->

        <!-- bench:cases --><!-- /bench:cases -->

        <!-- bench:figures --><!-- /bench:figures -->

        """;

    public static async Task WriteAsync(
        string file, Conditions conditions, IReadOnlyList<(ICase Case, CaseResult Result)> results, Figures figures, CancellationToken cancellationToken)
    {
        var document = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : NewFile;
        await File.WriteAllTextAsync(file, Fill(document, conditions, results, figures), cancellationToken);
    }

    public static string Fill(
        string document, Conditions conditions, IReadOnlyList<(ICase Case, CaseResult Result)> results, Figures figures) =>
        Section().Replace(document, section => $"{section.Groups["begin"]}\n{section.Groups["name"].Value switch
        {
            "conditions" => Render(conditions),
            "cases" => Render(results),
            _ => Render(figures),
        }}{section.Groups["end"]}");

    private static string Render(Conditions conditions)
    {
        var text = new StringBuilder("| measured with | |\n|---|---|\n");
        foreach (var (name, value) in conditions.Settings)
            text.Append($"| {name} | {value} |\n");
        return text.ToString();
    }

    private static string Render(IReadOnlyList<(ICase Case, CaseResult Result)> results)
    {
        var text = new StringBuilder("| case | A ÷ B | A | B | ratio (lowest–highest) | floor | goal |\n|---|---|---|---|---|---|---|\n");
        foreach (var (one, result) in results)
        {
            text.Append($"| {one.Id} | {one.Title} | ");
            text.Append(result.Failure is { } failure
                ? $"FAIL: {failure.Split('\n')[0]} | | | | |\n"
                : $"{Text.Of(result.Above)} | {Text.Of(result.Below)} | {Text.Of(result.Ratio)} ({Text.Spread(result)}) | {Text.Floor(result)} | {Text.Goal(result)} |\n");
        }

        return text.ToString();
    }

    private static string Render(Figures figures)
    {
        var text = new StringBuilder("| figure | here | OpenMeter |\n|---|---|---|\n");
        foreach (var figure in Figures.All)
        {
            if (figures.Find(figure.Key) is { } value)
                text.Append($"| {figure.Label} | {Text.Of(value)} {figure.Unit} | {figure.OpenMeter} {figure.Unit} |\n");
        }

        return text.ToString();
    }

    [GeneratedRegex("(?<begin><!-- bench:(?<name>conditions|cases|figures) -->).*?(?<end><!-- /bench:\\k<name> -->)", RegexOptions.Singleline)]
    private static partial Regex Section();
}
