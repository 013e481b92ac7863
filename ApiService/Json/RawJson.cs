using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudNative.ApiService.Json;

/// <summary>JSON that is written as it is: numbers keep their digits, and texts may hold what .NET's strings can't.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct RawJson(ReadOnlyMemory<byte> Utf8)
{
    public RawJson(string json) : this(Encoding.UTF8.GetBytes(json))
    {
    }

    private sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Written only: a body that holds an event is read as its bytes.");

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}
