using System.Text.Json;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Validation;

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
    public static IReadOnlyDictionary<string, FilterValues> Read(IQueryCollection query, ICollection<FieldError> errors)
    {
        var filter = new Dictionary<string, FilterValues>();
        foreach (var (key, values) in query.Where(entry => IsWhole(entry.Key) || IsMember(entry.Key)))
        {
            if (!IsWhole(key))
                filter[key[(Parameter.Length + 1)..^1]] = new FilterValues([.. values.OfType<string>()]);
            else if (values is [{ } value])
                AddObject(value, filter, errors);
            else
                errors.Add(new FieldError(key, ErrorCodes.TooMany, "Must stand once."));
        }

        return filter;
    }

    /// <summary>Adds an error for every dimension that the meter does not have.</summary>
    public static void Check(IEnumerable<string> dimensions, string parameter, Meter meter, ICollection<FieldError> errors)
    {
        foreach (var dimension in dimensions.Where(name => !meter.GroupBy.ContainsKey(name)))
            errors.Add(new FieldError($"{parameter}[{dimension}]", ErrorCodes.Unknown, $"Meter '{meter.Slug}' has no dimension '{dimension}'."));
    }

    private static bool IsWhole(string key) => key.Equals(Parameter, StringComparison.OrdinalIgnoreCase);

    private static void AddObject(string json, Dictionary<string, FilterValues> filter, ICollection<FieldError> errors)
    {
        try
        {
            foreach (var (dimension, values) in JsonSerializer.Deserialize<Dictionary<string, FilterValues>>(json, StrictJson) ?? throw new JsonException("null"))
                filter[dimension] = values;
        }
        catch (JsonException)
        {
            errors.Add(new FieldError(Parameter, ErrorCodes.Invalid, Expected));
        }
    }
}
