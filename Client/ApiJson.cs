using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudNative.Metering.Client;

internal static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
