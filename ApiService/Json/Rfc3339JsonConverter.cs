using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CloudNative.Metering.Time;

namespace CloudNative.ApiService.Json;

/// <summary>Times as RFC 3339: UTC with <c>Z</c>, anything else with its offset, fractions only where there are any.</summary>
internal sealed class Rfc3339JsonConverter : JsonConverter<DateTimeOffset>
{
    private const string Local = "yyyy-MM-ddTHH:mm:ss.FFFFFF";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Rfc3339.TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"Must be {Rfc3339.Expected}.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));

    public static string Format(DateTimeOffset value) =>
        value.ToString(value.Offset == TimeSpan.Zero ? $"{Local}Z" : $"{Local}zzz", CultureInfo.InvariantCulture);
}
