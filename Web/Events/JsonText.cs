using System.Text.RegularExpressions;

namespace CloudNative.Web.Events;

/// <summary>JSON text cut into parts to colour; joined they are the text again.</summary>
internal static partial class JsonText
{
    public static IEnumerable<(string Kind, string Text)> Parts(string json)
    {
        var end = 0;
        foreach (Match match in Scalar().Matches(json))
        {
            if (match.Index > end)
                yield return ("", json[end..match.Index]);
            yield return (match.Groups["name"].Success ? "name" : match.Value[0] == '"' ? "text" : "value", match.Value);
            end = match.Index + match.Length;
        }
        if (end < json.Length)
            yield return ("", json[end..]);
    }

    [GeneratedRegex("""(?<name>"(?:[^"\\]|\\.)*"(?=\s*:))|"(?:[^"\\]|\\.)*"|[-+.\w]+""", RegexOptions.ExplicitCapture)]
    private static partial Regex Scalar();
}
