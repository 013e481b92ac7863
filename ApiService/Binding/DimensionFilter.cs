using System.Text.Json;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.WebUtilities;

namespace CloudNative.ApiService.Binding;

/// <summary>
/// Values of a meter's dimensions in a query: <c>filterGroupBy[model]=gpt-4o</c>, or a JSON object as the value of <c>filterGroupBy</c>. Several values of one
/// dimension mean any of them.
/// </summary>
internal static class DimensionFilter
{
    public const string Parameter = "filterGroupBy";

    private const string Expected = "Must be a JSON object of texts or of arrays of texts, such as {\"model\": \"gpt-4o\"}.";

    private static readonly JsonSerializerOptions StrictJson = new() { AllowDuplicateProperties = false };

    /// <summary>Whether a query's key is one dimension of the filter. The parameter's name is taken in any case, as all are; the dimension's is not.</summary>
    public static bool IsMember(string key) => key.StartsWith($"{Parameter}[", StringComparison.OrdinalIgnoreCase) && key.EndsWith(']');

    /// <summary>Dimension to values; what can't be read is added to the errors.</summary>
    /// <param name="query">As it was sent: the framework's collection takes keys that differ in case for one, and dimensions may differ in just that.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static IReadOnlyDictionary<string, FilterValues> Read(QueryString query, ICollection<FieldError> errors)
    {
        var filter = new Dictionary<string, FilterValues>();
        var objects = new List<string>();
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            var key = pair.DecodeName().ToString();
            if (IsWhole(key))
                objects.Add(pair.DecodeValue().ToString());
            else if (IsMember(key))
                AddMember(key[(Parameter.Length + 1)..^1], pair.DecodeValue().ToString(), filter);
        }

        // That it stands twice is an error already.
        if (objects is [var json])
            AddObject(json, filter, errors);
        return filter;
    }

    /// <summary>Adds an error for every dimension that the meter does not have.</summary>
    public static void Check(IEnumerable<string> dimensions, string parameter, KnownDimensions known, ICollection<FieldError> errors)
    {
        foreach (var dimension in dimensions.Where(name => !known.Has(name)))
            errors.Add(new FieldError($"{parameter}[{dimension}]", ErrorCodes.Unknown, $"Meter '{known.Slug}' has no dimension '{dimension}'."));
    }

    /// <summary>Adds an error for every dimension of which a value is wanted that none can have.</summary>
    public static void CheckValues(IReadOnlyDictionary<string, FilterValues> filter, ICollection<FieldError> errors)
    {
        foreach (var (dimension, wanted) in filter)
        {
            if (wanted.Values.Count > FilterValues.MaxValues)
                errors.Add(new FieldError($"{Parameter}[{dimension}]", ErrorCodes.TooMany, $"At most {FilterValues.MaxValues} values."));
            StorableText.Check($"{Parameter}[{dimension}]", wanted.Values, errors);
        }
    }

    private static bool IsWhole(string key) => key.Equals(Parameter, StringComparison.OrdinalIgnoreCase);

    private static void AddMember(string dimension, string value, Dictionary<string, FilterValues> filter) =>
        filter[dimension] = new FilterValues(filter.TryGetValue(dimension, out var others) ? [.. others.Values, value] : [value]);

    private static void AddObject(string json, Dictionary<string, FilterValues> filter, ICollection<FieldError> errors)
    {
        try
        {
            foreach (var (dimension, values) in JsonSerializer.Deserialize<Dictionary<string, FilterValues>>(json, StrictJson) ?? throw new JsonException("null"))
            {
                if (!filter.TryAdd(dimension, values))
                    errors.Add(new FieldError($"{Parameter}[{dimension}]", ErrorCodes.Invalid, "The dimension stands twice: in the object, and beside it."));
            }
        }
        catch (JsonException)
        {
            errors.Add(new FieldError(Parameter, ErrorCodes.Invalid, Expected));
        }
    }
}
