using CloudNative.ApiService.Json;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Meters;

/// <summary>Reads what a client says of a meter.</summary>
internal static class MeterBody
{
    private const string Fixed = "Can't be changed: its figures would mean something else. Create another meter.";

    /// <summary>Null when the body can't be read at all; what is wrong is added to the errors.</summary>
    public static async Task<MeterDefinition?> ReadDefinitionAsync(HttpRequest request, ICollection<FieldError> errors, CancellationToken cancellationToken)
    {
        if (await JsonFields.ReadAsync(request, errors, cancellationToken) is not { } fields)
            return null;
        var definition = new MeterDefinition
        {
            Slug = fields.Text("slug"),
            EventType = fields.Text("eventType"),
            Aggregation = fields.Text("aggregation"),
            ValueProperty = fields.Text("valueProperty"),
            GroupBy = fields.Texts("groupBy"),
            Name = fields.Text("name"),
            Description = fields.Text("description"),
            Metadata = fields.Texts("metadata"),
            EventFrom = fields.Text("eventFrom"),
        };
        fields.RefuseOthers();
        return definition;
    }

    /// <summary>Null when the body can't be read at all; what is wrong is added to the errors.</summary>
    public static async Task<MeterUpdate?> ReadUpdateAsync(HttpRequest request, ICollection<FieldError> errors, CancellationToken cancellationToken)
    {
        if (await JsonFields.ReadAsync(request, errors, cancellationToken) is not { } fields)
            return null;
        foreach (var name in (string[])["slug", "eventType", "aggregation", "valueProperty", "eventFrom"])
            fields.Refuse(name, Fixed);
        var update = new MeterUpdate
        {
            Name = fields.Text("name"),
            Description = fields.Text("description"),
            Metadata = fields.Texts("metadata"),
            GroupBy = fields.Texts("groupBy"),
        };
        fields.RefuseOthers();
        return update;
    }
}
