using CloudNative.Web.Api;

namespace CloudNative.Web.Meters;

/// <summary>The API's validation errors, by the field they stand beside.</summary>
internal sealed class FieldErrors(IReadOnlyList<ValidationError> errors)
{
    private const string GroupBy = "groupBy";
    private static readonly string[] Fields = ["slug", "eventType", "aggregation", "valueProperty", "name", "description", GroupBy];

    public static FieldErrors None { get; } = new([]);

    public bool Has(string field) => Text(field) is not null;

    public string? Text(string field) => Join(errors.Where(error => error.Field == field));

    public bool HasDimension(MeterDraft.Dimension dimension) => Dimension(dimension) is not null;

    /// <summary>What is wrong with one dimension: errors whose field names it, as <c>groupBy.model</c> or <c>groupBy['model']</c>.</summary>
    public string? Dimension(MeterDraft.Dimension dimension) => Join(errors.Where(error => DimensionOf(error) == dimension.Name.Trim()));

    /// <summary>What no field can show: the answer's own message when it names no field, and errors of fields that the form lacks.</summary>
    public string? Elsewhere(string message) => errors.Count == 0
        ? message
        : Join(errors.Where(error => DimensionOf(error) is null && Array.IndexOf(Fields[..^1], error.Field) < 0));

    private static string? DimensionOf(ValidationError error) =>
        error.Field.StartsWith(GroupBy, StringComparison.Ordinal) && error.Field.Length > GroupBy.Length
            ? error.Field[GroupBy.Length..].Trim('.', '[', ']', '\'', '"')
            : null;

    private static string? Join(IEnumerable<ValidationError> found)
    {
        var text = string.Join(" ", found.Select(error => error.Message));
        return text.Length == 0 ? null : text;
    }
}
