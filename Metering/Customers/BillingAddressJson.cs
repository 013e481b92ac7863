using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace CloudNative.Metering.Customers;

/// <summary>An address as jsonb: only what is given.</summary>
internal sealed class BillingAddressJson() : ValueConverter<BillingAddress, string>(
    address => JsonSerializer.Serialize(address, Options),
    json => JsonSerializer.Deserialize<BillingAddress>(json, Options)!)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
