using System.Text.Json;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Events;

/// <summary>Values of a meter's dimensions in a query: <c>filterGroupBy[model]=gpt-4o</c>, or a JSON object as the value of <c>filterGroupBy</c>.</summary>
internal static class DimensionFilter
{
    public const string Parameter = "filterGroupBy";

    private const string Expected = "Must be a JSON object of texts, such as {\"model\": \"gpt-4o\"}.";

    /// <summary>Whether a query's key is one dimension of the filter. The parameter's name is taken in any case, as all are; the dimension's is not.</summary>
    public static bool IsMember(string key) => key.StartsWith($"{Parameter}[", StringComparison.OrdinalIgnoreCase) && key.EndsWith(']');

    /// <summary>Dimension to value; what can't be read, and what the meter does not have, is added to the errors.</summary>
    public static IReadOnlyDictionary<string, string> Read(IQueryCollection query, Meter? meter, ICollection<FieldError> errors)
    {
        var filter = new Dictionary<string, string>();
        foreach (var (key, values) in query.Where(entry => IsWhole(entry.Key) || IsMember(entry.Key)))
        {
            if (values is not [{ } value])
                errors.Add(new FieldError(key, ErrorCodes.TooMany, "Must stand once."));
            else if (IsWhole(key))
                AddObject(value, filter, errors);
            else
                filter[key[(Parameter.Length + 1)..^1]] = value;
        }

        if (filter.Count > 0 && meter is null)
            errors.Add(new FieldError(Parameter, ErrorCodes.Invalid, "Needs 'meter': dimensions are a meter's."));
        foreach (var dimension in filter.Keys.Where(name => meter?.GroupBy.ContainsKey(name) == false))
            errors.Add(new FieldError($"{Parameter}[{dimension}]", ErrorCodes.Unknown, $"Meter '{meter!.Slug}' has no dimension '{dimension}'."));
        return filter;
    }

    private static bool IsWhole(string key) => key.Equals(Parameter, StringComparison.OrdinalIgnoreCase);

    private static void AddObject(string json, Dictionary<string, string> filter, ICollection<FieldError> errors)
    {
        try
        {
            foreach (var (dimension, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? throw new JsonException("null"))
                filter[dimension] = value;
        }
        catch (JsonException)
        {
            errors.Add(new FieldError(Parameter, ErrorCodes.Invalid, Expected));
        }
    }
}
