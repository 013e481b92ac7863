namespace CloudNative.Web.Api;

/// <summary>The API's validation errors, by the field they stand beside.</summary>
/// <param name="errors">What the API answered.</param>
/// <param name="fields">What the form shows errors of: <c>slug</c>, or <c>groupBy.*</c> for each entry of a field, but not the field as a whole.</param>
public sealed class FieldErrors(IReadOnlyList<ValidationError> errors, params string[] fields)
{
    private const string AnyEntry = ".*";

    public static FieldErrors None { get; } = new([]);

    public bool Has(string field) => Text(field) is not null;

    public string? Text(string field) => Join(errors.Where(error => error.Field == field));

    /// <summary>What is wrong with one entry of a field: errors whose field names it, as <c>groupBy.model</c> or <c>groupBy['model']</c>.</summary>
    public string? Entry(string field, string name) => Join(errors.Where(error => EntryOf(error, field) == name));

    /// <summary>What no field can show: the answer's own message when it names no field, and errors of fields that the form lacks.</summary>
    public string? Elsewhere(string message) => errors.Count == 0
        ? message
        : Join(errors.Where(error => !Array.Exists(fields, field => IsShownBy(field, error))));

    private static bool IsShownBy(string field, ValidationError error) =>
        field.EndsWith(AnyEntry, StringComparison.Ordinal) ? EntryOf(error, field[..^AnyEntry.Length]) is not null : error.Field == field;

    private static string? EntryOf(ValidationError error, string field) =>
        error.Field.Length > field.Length && error.Field.StartsWith(field, StringComparison.Ordinal) && error.Field[field.Length] is '.' or '['
            ? error.Field[field.Length..].Trim('.', '[', ']', '\'', '"')
            : null;

    private static string? Join(IEnumerable<ValidationError> found)
    {
        var text = string.Join(" ", found.Select(error => error.Message));
        return text.Length == 0 ? null : text;
    }
}
