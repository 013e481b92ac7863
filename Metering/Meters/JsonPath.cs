using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace CloudNative.Metering.Meters;

/// <summary>
/// The singular queries of RFC 9535 (JSONPath): names and indexes only, so that a path leads to one value or none.
/// Whatever else JSONPath knows (wildcards, slices, filters, descendants) is an error.
/// </summary>
public sealed class JsonPath
{
    private readonly JsonPathSegment[] _segments;

    private JsonPath(string text, JsonPathSegment[] segments)
    {
        Text = text;
        _segments = segments;
    }

    /// <summary>The path as it was written.</summary>
    public string Text { get; }

    /// <summary>The path is <c>$</c>: the whole document.</summary>
    public bool IsRoot => _segments.Length == 0;

    public static bool TryParse(string text, [NotNullWhen(true)] out JsonPath? path, [NotNullWhen(false)] out JsonPathError? error)
    {
        try
        {
            path = new JsonPath(text, new JsonPathParser(text).Parse());
            error = null;
            return true;
        }
        catch (JsonPathException failure)
        {
            path = null;
            error = failure.Error;
            return false;
        }
    }

    /// <exception cref="FormatException">The text is no path of the subset.</exception>
    public static JsonPath Parse(string text) => TryParse(text, out var path, out var error)
        ? path
        : throw new FormatException($"'{text}' is not a supported JSONPath: {error.Message} at position {error.Position}.");

    /// <summary>False when the path leads nowhere in <paramref name="root"/>; a JSON null is a value.</summary>
    public bool TryEvaluate(JsonElement root, out JsonElement value)
    {
        value = root;
        foreach (var segment in _segments)
        {
            if (!segment.TryStep(value, out value))
                return false;
        }

        return true;
    }

    public override string ToString() => Text;
}
