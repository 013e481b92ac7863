using System.Text.Json;

namespace CloudNative.Metering.Events;

/// <summary>Finds the data inside an event that was validated when it came in; all else stands in columns of its row.</summary>
internal static class StoredEventData
{
    /// <summary>The data as a document, to be disposed; null when the event has none.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json) => Find(json) is { IsEmpty: false } data ? JsonDocument.Parse(data) : null;

    private static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isData = reader.ValueTextEquals("data"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            if (isData)
                return isObject ? json[start..(int)reader.BytesConsumed] : default;
        }

        return default;
    }
}
