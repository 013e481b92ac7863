using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Customers;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.OpenApi;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Meters;

/// <summary>What is asked of a meter.</summary>
internal sealed record UsageRequest
{
    public const string AdvancedParameter = "advancedMeterGroupByFilters";
    public const string CustomerParameter = "filterCustomerId";

    private const string SubjectName = "subject";
    private const string CustomerId = "customer_id";

    /// <summary>Accepted and ignored: other clients of this API's kind send it.</summary>
    public string? ClientId { get; init; }

    /// <summary>Inclusive, RFC 3339; absent: since the first event.</summary>
    public string? From { get; init; }

    /// <summary>Exclusive, RFC 3339; absent: until the last event.</summary>
    public string? To { get; init; }

    /// <summary><c>MINUTE</c>, <c>HOUR</c>, <c>DAY</c>, <c>WEEK</c> (ISO, from Monday) or <c>MONTH</c>; absent: one row for the whole range.</summary>
    public string? WindowSize { get; init; }

    /// <summary>IANA time zone of the calendar units.</summary>
    [DefaultValue("UTC")]
    public string? WindowTimeZone { get; init; }

    /// <summary>Only these subjects; also groups by subject.</summary>
    [NeverNull]
    public IReadOnlyList<string>? Subject { get; init; }

    /// <summary>Only usage of these customers' subjects, up to 100 ids; also groups by customer.</summary>
    [NeverNull, RegularExpression(SchemaPatterns.Ulid), MaxLength(CustomerIds.Max)]
    public IReadOnlyList<string>? FilterCustomerId { get; init; }

    /// <summary>Only these values of dimensions: dimension to a text, or to an array of texts, any of which is wanted.</summary>
    [NeverNull]
    public IReadOnlyDictionary<string, FilterValues>? FilterGroupBy { get; init; }

    /// <summary>Only values of dimensions that meet conditions.</summary>
    [NeverNull]
    public IReadOnlyDictionary<string, FilterString>? AdvancedMeterGroupByFilters { get; init; }

    /// <summary><c>subject</c>, <c>customer_id</c> or dimensions of the meter.</summary>
    public IReadOnlyList<string>? GroupBy { get; init; }

    /// <summary>Whoever asks may not see which customer the usage belongs to. Not public: no body can say it.</summary>
    internal bool HidesCustomers { get; init; }

    private IEnumerable<string> AlwaysKnown => HidesCustomers ? [SubjectName] : [SubjectName, CustomerId];

    /// <summary>The query; what is wrong is added to the errors.</summary>
    public UsageQuery Read(KnownDimensions known, List<FieldError> errors)
    {
        // Whatever the types say: JSON's arrays may hold null.
        var (groupBy, subjects) = (GroupBy?.OfType<string>().ToList() ?? [], Subject ?? []);
        if (groupBy.Count < GroupBy?.Count)
            errors.Add(new FieldError("groupBy", ErrorCodes.Invalid, "Must be texts, not null."));
        foreach (var dimension in groupBy.Where(name => !AlwaysKnown.Contains(name) && !known.Has(name)))
            errors.Add(UnknownDimension(known, dimension));
        if (subjects.Contains(null))
            errors.Add(new FieldError(SubjectName, ErrorCodes.Invalid, "Must be texts, not null."));
        StorableText.Check(SubjectName, subjects, errors);

        var customers = CustomerIds.Read(CustomerParameter, FilterCustomerId, errors);
        return ReadRange(From, To, errors) with
        {
            WindowSize = WindowSizes.Read(WindowSize, errors),
            TimeZone = ReadZone(WindowTimeZone, errors),
            Subjects = subjects,
            Customers = customers,
            Filters = ReadFilters(known, errors),
            GroupBySubject = subjects.Count > 0 || groupBy.Contains(SubjectName),
            GroupByCustomer = customers.Count > 0 || groupBy.Contains(CustomerId),
            Dimensions = [.. groupBy.Where(known.Has)],
        };
    }

    public static UsageQuery ReadRange(string? fromText, string? toText, List<FieldError> errors)
    {
        var from = TimeRange.Read("from", fromText, errors);
        var to = TimeRange.Read("to", toText, errors);
        TimeRange.Check("from", from, "to", to, errors);
        return new UsageQuery { From = from, To = to };
    }

    /// <summary>What to change about a question whose answer has too many rows.</summary>
    public static FieldError TooLong(UsageQuery query, UsageLimits limits) => new(
        query.WindowSize is null ? "groupBy" : "windowSize",
        ErrorCodes.TooMany,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The answer would have more than {limits.MaxRows:N0} rows: ask for longer windows (windowSize), fewer groups (groupBy, subject) or a shorter range."));

    private List<DimensionCondition> ReadFilters(KnownDimensions known, List<FieldError> errors)
    {
        var (values, conditions) = (FilterGroupBy ?? new Dictionary<string, FilterValues>(), AdvancedMeterGroupByFilters ?? new Dictionary<string, FilterString>());
        DimensionFilter.Check(values.Keys, DimensionFilter.Parameter, known, errors);
        DimensionFilter.CheckValues(values, errors);
        DimensionFilter.Check(conditions.Keys, AdvancedParameter, known, errors);
        var filters = values.Select(value => new DimensionCondition(value.Key, new TextFilter.In(value.Value.Values))).ToList();
        foreach (var (dimension, condition) in conditions)
        {
            var field = $"{AdvancedParameter}.{dimension}";
            if (condition is null)
                errors.Add(new FieldError(field, ErrorCodes.Required, "Needs an operator, such as {\"$eq\": \"gpt-4o\"}."));
            else
                filters.Add(new DimensionCondition(dimension, condition.Read(field, errors)));
        }

        FilterString.CheckCount(filters.Select(filter => filter.Filter), AdvancedParameter, errors);
        return filters;
    }

    private static TimeZoneInfo ReadZone(string? text, List<FieldError> errors)
    {
        if (text is null)
            return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) && zone.HasIanaId)
            return zone;

        errors.Add(new FieldError("windowTimeZone", ErrorCodes.Unknown, $"There is no IANA time zone '{text}'."));
        return TimeZoneInfo.Utc;
    }

    private FieldError UnknownDimension(KnownDimensions known, string name) => new(
        "groupBy", ErrorCodes.Unknown,
        $"Meter '{known.Slug}' has no dimension '{name}'; known are {string.Join(", ", [.. AlwaysKnown, .. known.Names ?? []])}.");
}
