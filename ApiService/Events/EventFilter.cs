using CloudNative.ApiService.Json;
using CloudNative.ApiService.Meters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Events;

/// <summary>Which events; all conditions must hold.</summary>
internal sealed record EventFilter
{
    /// <summary>Conditions on the id.</summary>
    [NeverNull]
    public FilterString? Id { get; init; }

    /// <summary>Conditions on the source.</summary>
    [NeverNull]
    public FilterString? Source { get; init; }

    /// <summary>Conditions on the subject.</summary>
    [NeverNull]
    public FilterString? Subject { get; init; }

    /// <summary>The customer that the subject belongs to now.</summary>
    [NeverNull]
    public FilterIds? CustomerId { get; init; }

    /// <summary>Conditions on the type.</summary>
    [NeverNull]
    public FilterString? Type { get; init; }

    /// <summary>Conditions on the time of the event; of one sent without a time: the time of its ingest.</summary>
    [NeverNull]
    public FilterTime? Time { get; init; }

    /// <summary>Conditions on when it was accepted.</summary>
    [NeverNull]
    public FilterTime? IngestedAt { get; init; }

    /// <summary>The same for the list; what is wrong is added to the errors.</summary>
    public UsageEventFilter Read(string field, ICollection<FieldError> errors)
    {
        var (from, to) = Time?.Read($"{field}.time", errors) ?? default;
        var (ingestedFrom, ingestedTo) = IngestedAt?.Read($"{field}.ingestedAt", errors) ?? default;
        AttributeCondition?[] conditions =
        [
            Condition(EventField.Id, Id, $"{field}.id", errors), Condition(EventField.Source, Source, $"{field}.source", errors),
            Condition(EventField.Subject, Subject, $"{field}.subject", errors), Condition(EventField.Type, Type, $"{field}.type", errors),
        ];
        var given = conditions.OfType<AttributeCondition>().ToList();
        FilterString.CheckCount(given.Select(condition => condition.Filter), field, errors);
        return new UsageEventFilter
        {
            From = from, To = to, IngestedAtFrom = ingestedFrom, IngestedAtTo = ingestedTo, Conditions = given,
            Customers = CustomerId?.Read($"{field}.customerId", errors) ?? [],
        };
    }

    private static AttributeCondition? Condition(EventField attribute, FilterString? filter, string field, ICollection<FieldError> errors) =>
        filter is null ? null : new AttributeCondition(attribute, filter.Read(field, errors));
}
