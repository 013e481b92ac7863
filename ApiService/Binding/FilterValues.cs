using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudNative.ApiService.Binding;

/// <summary>The values of a dimension that are wanted, any of them: in JSON one text, or an array of texts.</summary>
[JsonConverter(typeof(Converter))]
internal sealed record FilterValues(IReadOnlyList<string> Values)
{
    public const int MaxValues = 100;

    private static readonly string Expected = $"Must be a text, or an array of 1 to {MaxValues} texts.";

    private sealed class Converter : JsonConverter<FilterValues>
    {
        // So that null is refused, too.
        public override bool HandleNull => true;

        public override FilterValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
                return new FilterValues([reader.GetString()!]);

            var values = new List<string>();
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.String)
                    values.Add(reader.GetString()!);
            }

            return reader.TokenType == JsonTokenType.EndArray && values.Count is > 0 and <= MaxValues
                ? new FilterValues(values)
                : throw new JsonException(Expected);
        }

        public override void Write(Utf8JsonWriter writer, FilterValues value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Values, options);
    }
}
