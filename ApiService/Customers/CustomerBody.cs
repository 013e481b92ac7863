using CloudNative.ApiService.Json;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Customers;

/// <summary>Reads what a client says of a customer.</summary>
internal static class CustomerBody
{
    /// <summary>Null when the body can't be read at all; what is wrong is added to the errors.</summary>
    public static async Task<CustomerDefinition?> ReadAsync(HttpRequest request, ICollection<FieldError> errors, CancellationToken cancellationToken)
    {
        if (await JsonFields.ReadAsync(request, errors, cancellationToken) is not { } fields)
            return null;
        var definition = new CustomerDefinition
        {
            Key = fields.Text("key"),
            Name = fields.Text("name"),
            Description = fields.Text("description"),
            Metadata = fields.Texts("metadata"),
            PrimaryEmail = fields.Text("primaryEmail"),
            Currency = fields.Text("currency"),
            BillingAddress = ReadAddress(fields.Object("billingAddress")),
            UsageAttribution = ReadAttribution(fields.Object("usageAttribution")),
        };
        fields.RefuseOthers();
        return definition;
    }

    private static BillingAddress? ReadAddress(JsonFields? fields)
    {
        if (fields is null)
            return null;
        var address = new BillingAddress
        {
            Country = fields.Text("country"),
            PostalCode = fields.Text("postalCode"),
            State = fields.Text("state"),
            City = fields.Text("city"),
            Line1 = fields.Text("line1"),
            Line2 = fields.Text("line2"),
            PhoneNumber = fields.Text("phoneNumber"),
        };
        fields.RefuseOthers();
        return address;
    }

    private static UsageAttribution? ReadAttribution(JsonFields? fields)
    {
        if (fields is null)
            return null;
        var attribution = new UsageAttribution { SubjectKeys = fields.TextList("subjectKeys") };
        fields.RefuseOthers();
        return attribution;
    }
}
