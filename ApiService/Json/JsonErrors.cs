using System.Text.Json;
using System.Text.RegularExpressions;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Json;

/// <summary>Says what is wrong with a JSON body in the API's words: the serializer's own name .NET types.</summary>
internal static partial class JsonErrors
{
    /// <summary>Stands for the body as a whole.</summary>
    public const string Body = "body";

    public static FieldError Describe(JsonException exception)
    {
        if (Quoted(UnmappedMember().Match(exception.Message)) is { } unknown)
            return new FieldError(Join(exception.Path, unknown), ErrorCodes.Unknown, "There is no such field here.");
        if (Quoted(DuplicateMember().Match(exception.Message)) is { } twice)
            return new FieldError(Join(exception.Path, twice), ErrorCodes.Invalid, "The field stands twice.");
        // Malformed text comes with the reader's exception inside; well-formed text of the wrong type has none, or the reader's complaint
        // about the token's type.
        var malformed = exception.InnerException is JsonException;
        var field = Join(exception.Path, null);
        return malformed || exception.Path is null
            ? new FieldError(Body, ErrorCodes.Invalid, $"Malformed JSON at {At(exception)}.")
            : new FieldError(field, ErrorCodes.Invalid, exception.Message.StartsWith("Must", StringComparison.Ordinal)
                ? exception.Message
                : "Has the wrong type; see the API's document.");
    }

    private static string At(JsonException exception) => $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";

    private static string? Quoted(Match match) => match.Success ? match.Groups["name"].Value : null;

    /// <summary><c>$.groupBy.model</c> becomes <c>groupBy.model</c>.</summary>
    private static string Join(string? path, string? name)
    {
        var parent = path is null or "$" ? "" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path[1..];
        if (name is null || parent == name || parent.EndsWith($".{name}", StringComparison.Ordinal))
            return parent.Length == 0 ? name ?? Body : parent;
        return parent.Length == 0 ? name : $"{parent}.{name}";
    }

    [GeneratedRegex("^The JSON property '(?<name>.*)' could not be mapped", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex UnmappedMember();

    [GeneratedRegex("^Duplicate property '(?<name>.*)' encountered", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex DuplicateMember();
}
