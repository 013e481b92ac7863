using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CloudNative.Architecture.Tests;

/// <summary>
/// The HTTP contract as statements, and what tests say that they prove of it. A statement is a sentence of a paragraph or a row of a table, cut again at each
/// semicolon and middle dot outside parentheses; headings and the heads of tables are none. Backticks and line breaks do not matter.
/// </summary>
internal static partial class ContractSentences
{
    public static IReadOnlyList<string> Read(string markdown) =>
        [.. Blocks(markdown.ReplaceLineEndings("\n")).SelectMany(block => End().Split(block)).Select(Plain).Where(statement => statement.Length > 0)];

    /// <summary>The arguments of <c>[Proves]</c> on tests, each with the file it stands in.</summary>
    public static IReadOnlyList<(string File, string Text)> Named(IEnumerable<CodeFile> files) =>
    [
        .. from file in files
           from test in file.FindTests()
           from attribute in test.AttributeLists.SelectMany(list => list.Attributes)
           where attribute.Name.ToString() == "Proves"
           from argument in attribute.ArgumentList?.Arguments ?? []
           select (file.Path, (argument.Expression as LiteralExpressionSyntax)?.Token.ValueText ?? argument.ToString()),
    ];

    private static IEnumerable<string> Blocks(string markdown)
    {
        foreach (var paragraph in markdown.Split("\n\n"))
        {
            var lines = paragraph.Trim().Split('\n');
            if (lines[0].StartsWith('|'))
            {
                foreach (var row in lines.Skip(2))
                    yield return row;
            }
            else if (!lines[0].StartsWith('#'))
            {
                yield return string.Join(' ', lines);
            }
        }
    }

    private static string Plain(string text) => Space().Replace(text.Replace("`", "", StringComparison.Ordinal), " ").Trim(' ', '|', '.');

    [GeneratedRegex(@"(?<!e\.g)\.\s|[;·](?![^()]*\))")]
    private static partial Regex End();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
