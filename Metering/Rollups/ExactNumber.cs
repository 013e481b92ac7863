using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudNative.Metering.Rollups;

/// <summary>A decimal number of any length, kept as its digits: PostgreSQL's <c>numeric</c> holds more than any .NET type.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct ExactNumber(string Digits)
{
    public override string ToString() => Digits;

    private sealed class Converter : JsonConverter<ExactNumber>
    {
        public override ExactNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var number = JsonDocument.ParseValue(ref reader);
            return number.RootElement.ValueKind == JsonValueKind.Number
                ? new ExactNumber(number.RootElement.GetRawText())
                : throw new JsonException("Must be a number.");
        }

        public override void Write(Utf8JsonWriter writer, ExactNumber value, JsonSerializerOptions options) => writer.WriteRawValue(value.Digits);
    }
}
