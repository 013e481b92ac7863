using CloudNative.Metering.Database;
using CloudNative.Metering.Time;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Meters;

/// <summary>Turns a definition into a meter, or says everything that is wrong with it at once.</summary>
public sealed class MeterValidator
{
    private readonly MeterDefinition _definition;
    private readonly FieldChecks _checks;
    private Aggregation _aggregation;
    private DateTimeOffset? _eventFrom;

    private MeterValidator(MeterDefinition definition, ICollection<FieldError> errors) =>
        (_definition, _checks) = (definition, new FieldChecks(errors));

    /// <summary>The meter, or null and the errors, each added to those that reading the definition had: what was not read is not missed as well.</summary>
    public static Meter? Create(MeterDefinition definition, Ulid tenantId, DateTimeOffset now, ICollection<FieldError> errors)
    {
        var validator = new MeterValidator(definition, errors);
        validator.Check();
        return errors.Count == 0 ? validator.Meter(tenantId, now) : null;
    }

    /// <summary>Whether nothing is wrong with an edit, nor was with reading it; else that is added to the errors.</summary>
    public static bool IsGood(MeterUpdate update, ICollection<FieldError> errors)
    {
        var validator = new MeterValidator(
            new MeterDefinition { Name = update.Name, Description = update.Description, Metadata = update.Metadata, GroupBy = update.GroupBy }, errors);
        validator.CheckGroupBy();
        validator.CheckNotes();
        return errors.Count == 0;
    }

    private void Check()
    {
        _checks.Text("slug", _definition.Slug, MeterRules.MaxSlugLength, required: true);
        if (_definition.Slug is { Length: > 0 and <= MeterRules.MaxSlugLength } slug && !MeterRules.Slug().IsMatch(slug))
            Add("slug", ErrorCodes.Invalid, $"Must match {MeterRules.SlugPattern}: lower-case letters and digits, parted by single underscores.");
        _checks.Text("eventType", _definition.EventType, MeterRules.MaxEventTypeLength, required: true);
        CheckAggregation();
        CheckGroupBy();
        CheckNotes();
        CheckEventFrom();
    }

    private void CheckNotes()
    {
        _checks.Text("name", _definition.Name, FieldLimits.MaxNameLength);
        _checks.Text("description", _definition.Description, FieldLimits.MaxDescriptionLength);
        _checks.Metadata(_definition.Metadata);
    }

    private void CheckAggregation()
    {
        if (string.IsNullOrEmpty(_definition.Aggregation))
        {
            Add("aggregation", ErrorCodes.Required, $"Required: one of {Names}.");
            return;
        }

        if (!AggregationName.TryParse(_definition.Aggregation, out _aggregation))
        {
            Add("aggregation", ErrorCodes.Invalid, $"Must be one of {Names}.");
            return;
        }

        CheckValueProperty();
    }

    private void CheckValueProperty()
    {
        if (_aggregation == Aggregation.Count)
        {
            if (_definition.ValueProperty is not null)
                Add("valueProperty", ErrorCodes.Forbidden, "COUNT counts events and reads no value: leave valueProperty out.");
        }
        else if (string.IsNullOrEmpty(_definition.ValueProperty))
        {
            Add("valueProperty", ErrorCodes.Required, $"{_definition.Aggregation} needs the JSONPath of its value, such as $.tokens.");
        }
        else
        {
            CheckPath("valueProperty", _definition.ValueProperty);
        }
    }

    private void CheckGroupBy()
    {
        if (_definition.GroupBy is not { } groupBy)
            return;
        if (groupBy.Count > MeterRules.MaxDimensions)
            Add("groupBy", ErrorCodes.TooMany, $"At most {MeterRules.MaxDimensions} dimensions.");
        foreach (var (name, path) in groupBy)
        {
            var field = $"groupBy.{name}";
            if (name.Length > MeterRules.MaxDimensionNameLength)
                Add(field, ErrorCodes.TooLong, $"A dimension's name has at most {MeterRules.MaxDimensionNameLength} characters.");
            else if (!MeterRules.DimensionName().IsMatch(name))
                Add(field, ErrorCodes.Invalid, $"A dimension's name must match {MeterRules.DimensionNamePattern}.");
            else if (MeterRules.ReservedDimensionNames.Contains(name))
                Add(field, ErrorCodes.Forbidden, $"'{name}' is always there to group by: give the dimension another name.");
            if (string.IsNullOrEmpty(path))
                Add(field, ErrorCodes.Required, "Needs the JSONPath of the dimension, such as $.model.");
            else
                CheckPath(field, path);
        }
    }

    private void CheckPath(string field, string path)
    {
        if (TextLength.IsMore(path, MeterRules.MaxPathLength))
            Add(field, ErrorCodes.TooLong, $"A JSONPath has at most {MeterRules.MaxPathLength} characters.");
        else if (!JsonPath.TryParse(path, out var parsed, out var error))
            Add(field, ErrorCodes.Invalid, $"Not a supported JSONPath at position {error.Position}: {error.Message}. Such as $.a.b, $['a b'] or $.a[0].");
        else if (parsed.IsRoot)
            Add(field, ErrorCodes.Invalid, "'$' is the whole data: name a member of it, such as $.a.");
        else
            _checks.Storable(field, path);
    }

    private void CheckEventFrom()
    {
        if (_definition.EventFrom is null)
            return;
        if (Rfc3339.TryParse(_definition.EventFrom, out var from))
            _eventFrom = from;
        else
            Add("eventFrom", ErrorCodes.Invalid, $"Must be {Rfc3339.Expected}.");
    }

    private void Add(string field, string code, string message) => _checks.Add(field, code, message);

    private static string Names => string.Join(", ", Enum.GetValues<Aggregation>().Select(AggregationName.Of));

    private Meter Meter(Ulid tenantId, DateTimeOffset now) => new()
    {
        Id = Ulid.NewUlid(now),
        TenantId = tenantId,
        Slug = _definition.Slug!,
        EventType = _definition.EventType!,
        Aggregation = _aggregation,
        ValueProperty = _definition.ValueProperty,
        GroupBy = JsonTextMap.Ordered(_definition.GroupBy),
        Name = _definition.Name,
        Description = _definition.Description,
        Metadata = JsonTextMap.Ordered(_definition.Metadata),
        EventFrom = _eventFrom,
        CreatedAt = now,
        UpdatedAt = now,
    };
}
