using System.Text.Encodings.Web;
using System.Text.Json;
using CloudNative.Metering.Customers;

namespace CloudNative.ApiService.Customers;

/// <summary>The columns of customers as a table. An empty cell is a field that is not given.</summary>
internal static class CustomerTable
{
    public const string SubjectKeys = "subject_keys";
    public const string Metadata = "metadata";

    public static readonly IReadOnlyList<string> Columns =
    [
        "key", "name", "description", "primary_email", "currency", "country", "postal_code", "state", "city", "line1", "line2", "phone_number", SubjectKeys, Metadata,
    ];

    // Letters of all languages as they are: people read this.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, AllowDuplicateProperties = false };

    public static string?[] ToCells(Customer customer)
    {
        var address = customer.BillingAddress ?? new BillingAddress();
        string?[] texts =
        [
            customer.Key, customer.Name, customer.Description, customer.PrimaryEmail, customer.Currency, address.Country, address.PostalCode, address.State, address.City,
            address.Line1, address.Line2, address.PhoneNumber,
        ];
        return
        [
            .. texts.Select(SpreadsheetText.ToCell),
            customer.SubjectKeys.Length == 0 ? null : JsonSerializer.Serialize(customer.SubjectKeys, Json),
            customer.Metadata.Count == 0 ? null : JsonSerializer.Serialize(customer.Metadata, Json),
        ];
    }

    /// <summary>The definition in a row.</summary>
    /// <param name="cellOf">The cell of a column; null when it is empty or the table has no such column.</param>
    /// <param name="refuse">Told the column whose cell can't be read, and what is expected.</param>
    public static CustomerDefinition FromCells(Func<string, string?> cellOf, Action<string, string> refuse)
    {
        return new CustomerDefinition
        {
            Key = Text("key"),
            Name = Text("name"),
            Description = Text("description"),
            PrimaryEmail = Text("primary_email"),
            Currency = Text("currency"),
            BillingAddress = new BillingAddress
            {
                Country = Text("country"), PostalCode = Text("postal_code"), State = Text("state"), City = Text("city"), Line1 = Text("line1"), Line2 = Text("line2"),
                PhoneNumber = Text("phone_number"),
            },
            UsageAttribution = new UsageAttribution { SubjectKeys = Read<string[]>(SubjectKeys, "a JSON array of texts, such as [\"acme-eu\"]") },
            Metadata = Read<Dictionary<string, string?>>(Metadata, "a JSON object of texts, such as {\"tier\": \"gold\"}"),
        };

        string? Text(string column) => cellOf(column) is { } cell ? SpreadsheetText.FromCell(cell) : null;

        T? Read<T>(string column, string expected) where T : class
        {
            try
            {
                if (cellOf(column) is not { } cell)
                    return null;
                var value = JsonSerializer.Deserialize<T>(cell, Json);
                if (value is not null && !(value is string?[] texts && texts.Contains(null)))
                    return value;
            }
            catch (JsonException)
            {
                // Said below.
            }

            refuse(column, $"Must be {expected}.");
            return null;
        }
    }

    /// <summary>The column, and the place in it, of a field of the definition.</summary>
    public static string ColumnOf(string field)
    {
        var name = field[(field.StartsWith("billingAddress.", StringComparison.Ordinal) || field.StartsWith("usageAttribution.", StringComparison.Ordinal) ? field.IndexOf('.', StringComparison.Ordinal) + 1 : 0)..];
        var end = name.IndexOfAny(['.', '[']);
        return end < 0 ? JsonNamingPolicy.SnakeCaseLower.ConvertName(name) : JsonNamingPolicy.SnakeCaseLower.ConvertName(name[..end]) + name[end..];
    }
}
