using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.OpenApi;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Meters;

/// <summary>
/// Conditions on the value of a dimension, a text; all that are given must hold. Texts are ordered by their code points. A dimension that the events did not have
/// is the empty text.
/// </summary>
internal sealed record FilterString
{
    private const int MaxDepth = 8;
    private const int MaxValues = 100;
    private const int MaxConditions = 500;

    /// <summary>Exactly this.</summary>
    [JsonPropertyName("$eq")]
    [NeverNull]
    public string? Eq { get; init; }

    /// <summary>Anything but this.</summary>
    [JsonPropertyName("$ne")]
    [NeverNull]
    public string? Ne { get; init; }

    /// <summary>One of these, 1 to 100.</summary>
    [JsonPropertyName("$in")]
    [NeverNull, MinLength(1), MaxLength(MaxValues)]
    public IReadOnlyList<string?>? In { get; init; }

    /// <summary>None of these, 1 to 100.</summary>
    [JsonPropertyName("$nin")]
    [NeverNull, MinLength(1), MaxLength(MaxValues)]
    public IReadOnlyList<string?>? Nin { get; init; }

    /// <summary>Like this pattern: <c>%</c> stands for any characters, <c>_</c> for one; a backslash before them takes that meaning away.</summary>
    [JsonPropertyName("$like")]
    [NeverNull, RegularExpression(SchemaPatterns.LikePattern)]
    public string? Like { get; init; }

    /// <summary>Not like this pattern.</summary>
    [JsonPropertyName("$nlike")]
    [NeverNull, RegularExpression(SchemaPatterns.LikePattern)]
    public string? Nlike { get; init; }

    /// <summary>Like this pattern, in any case.</summary>
    [JsonPropertyName("$ilike")]
    [NeverNull, RegularExpression(SchemaPatterns.LikePattern)]
    public string? Ilike { get; init; }

    /// <summary>Not like this pattern, in any case.</summary>
    [JsonPropertyName("$nilike")]
    [NeverNull, RegularExpression(SchemaPatterns.LikePattern)]
    public string? Nilike { get; init; }

    /// <summary>Behind this.</summary>
    [JsonPropertyName("$gt")]
    [NeverNull]
    public string? Gt { get; init; }

    /// <summary>This, or behind it.</summary>
    [JsonPropertyName("$gte")]
    [NeverNull]
    public string? Gte { get; init; }

    /// <summary>Before this.</summary>
    [JsonPropertyName("$lt")]
    [NeverNull]
    public string? Lt { get; init; }

    /// <summary>This, or before it.</summary>
    [JsonPropertyName("$lte")]
    [NeverNull]
    public string? Lte { get; init; }

    /// <summary>All of these hold, 1 to 100; up to 8 levels.</summary>
    [JsonPropertyName("$and")]
    [NeverNull, MinLength(1), MaxLength(MaxValues)]
    public IReadOnlyList<FilterString?>? And { get; init; }

    /// <summary>One of these holds, 1 to 100; up to 8 levels.</summary>
    [JsonPropertyName("$or")]
    [NeverNull, MinLength(1), MaxLength(MaxValues)]
    public IReadOnlyList<FilterString?>? Or { get; init; }

    /// <summary>Adds an error when a request's filters have too many conditions together.</summary>
    public static void CheckCount(IEnumerable<TextFilter> filters, string field, ICollection<FieldError> errors)
    {
        if (filters.Sum(filter => filter.Conditions) > MaxConditions)
            errors.Add(new FieldError(field, ErrorCodes.TooMany, $"At most {MaxConditions} conditions."));
    }

    /// <summary>The filter; what is wrong is added to the errors.</summary>
    public TextFilter Read(string field, ICollection<FieldError> errors) => Read(field, errors, depth: 1);

    private TextFilter Read(string field, ICollection<FieldError> errors, int depth)
    {
        StorableText.Check(field, [Eq, Ne, Gt, Gte, Lt, Lte, Like, Nlike, Ilike, Nilike, .. In ?? [], .. Nin ?? []], errors);
        List<TextFilter?> filters =
        [
            Compare(TextComparison.Equal, Eq), Compare(TextComparison.NotEqual, Ne),
            Compare(TextComparison.Greater, Gt), Compare(TextComparison.GreaterOrEqual, Gte),
            Compare(TextComparison.Less, Lt), Compare(TextComparison.LessOrEqual, Lte),
            OneOf($"{field}.$in", In, false, errors), OneOf($"{field}.$nin", Nin, true, errors),
            Match($"{field}.$like", Like, false, false, errors), Match($"{field}.$nlike", Nlike, false, true, errors),
            Match($"{field}.$ilike", Ilike, true, false, errors), Match($"{field}.$nilike", Nilike, true, true, errors),
            And is null ? null : new TextFilter.All(Branches($"{field}.$and", And, errors, depth)),
            Or is null ? null : new TextFilter.Any(Branches($"{field}.$or", Or, errors, depth)),
        ];
        var given = filters.OfType<TextFilter>().ToList();
        if (given.Count == 0)
            errors.Add(new FieldError(field, ErrorCodes.Required, "Needs an operator, such as {\"$eq\": \"gpt-4o\"}."));
        return given is [var one] ? one : new TextFilter.All(given);
    }

    private static TextFilter.Compared? Compare(TextComparison comparison, string? value) => value is null ? null : new TextFilter.Compared(comparison, value);

    private static TextFilter.In? OneOf(string field, IReadOnlyList<string?>? values, bool isNegated, ICollection<FieldError> errors)
    {
        if (values is null)
            return null;
        if (values.Count is 0 or > MaxValues || values.Contains(null))
            errors.Add(new FieldError(field, ErrorCodes.OutOfRange, $"Must be an array of 1 to {MaxValues} texts."));
        return new TextFilter.In([.. values.OfType<string>()], isNegated);
    }

    private static TextFilter.Like? Match(string field, string? pattern, bool ignoresCase, bool isNegated, ICollection<FieldError> errors)
    {
        if (pattern is null)
            return null;

        // An odd number of backslashes at the end: the last one stands before nothing.
        if ((pattern.Length - pattern.TrimEnd('\\').Length) % 2 == 1)
            errors.Add(new FieldError(field, ErrorCodes.Invalid, "A pattern can't end with a single backslash: write it twice."));
        return new TextFilter.Like(pattern, ignoresCase, isNegated);
    }

    private static List<TextFilter> Branches(string field, IReadOnlyList<FilterString?> branches, ICollection<FieldError> errors, int depth)
    {
        if (branches.Count is 0 or > MaxValues || branches.Contains(null))
            errors.Add(new FieldError(field, ErrorCodes.OutOfRange, $"Must be an array of 1 to {MaxValues} filters."));
        if (depth == MaxDepth)
        {
            errors.Add(new FieldError(field, ErrorCodes.TooMany, $"Filters nest at most {MaxDepth} levels deep."));
            return [];
        }

        return [.. branches.OfType<FilterString>().Select((branch, i) => branch.Read($"{field}[{i}]", errors, depth + 1))];
    }
}
