using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.DeadLetters;

/// <summary>The event that a replay puts on the log: the repaired one, else the original.</summary>
public static class ReplayableEvent
{
    /// <summary>
    /// Null, with every error, when the bytes are not an event that the contract allows. An event without a time happened when it was first received, so
    /// it is given that time: received again without one it would count in the minute of the replay.
    /// </summary>
    public static UsageEvent? Read(StoredDeadLetter letter, ICollection<FieldError> errors)
    {
        var errorsBefore = errors.Count;
        var events = UsageEventReader.Read(letter.Repaired ?? letter.Value, EventBody.One, errors);
        if (errors.Count > errorsBefore || events is not [var usageEvent])
            return null;

        // A record without a time of its own in the log has none to give.
        var receivedAt = letter.Summary.IngestedAt;
        if (usageEvent.Time is not null || receivedAt == DateTimeOffset.UnixEpoch)
            return usageEvent;
        return UsageEventReader.Read(WithTime(usageEvent.Json.Span, receivedAt), EventBody.One, errors) is [var timed] ? timed : null;
    }

    /// <summary>Every other byte stays: numbers keep their digits.</summary>
    private static byte[] WithTime(ReadOnlySpan<byte> json, DateTimeOffset time)
    {
        var text = $"\"{time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture)}\"";
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var afterBrace = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isTime = reader.ValueTextEquals("time"u8);
            reader.Read();
            if (isTime)
                return [.. json[..(int)reader.TokenStartIndex], .. Encoding.UTF8.GetBytes(text), .. json[(int)reader.BytesConsumed..]];
            reader.Skip();
        }

        return [.. json[..afterBrace], .. Encoding.UTF8.GetBytes($"\"time\":{text},"), .. json[afterBrace..]];
    }
}
