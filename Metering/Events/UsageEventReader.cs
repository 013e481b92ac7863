using System.Text.Json;
using System.Text.Unicode;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Events;

/// <summary>What a body may hold: fixed by the content type that it came with.</summary>
public enum EventBody
{
    /// <summary>One event, a JSON object.</summary>
    One,

    /// <summary>A JSON array of events; empty is valid.</summary>
    Batch,

    /// <summary>Either of both.</summary>
    OneOrBatch,
}

/// <summary>Reads CloudEvents (JSON format 1.0) from UTF-8, without building a document and without copying the events.</summary>
public static class UsageEventReader
{
    /// <summary>The most events that one request may carry.</summary>
    public const int MaxBatchLength = 5_000;

    /// <summary>The most errors that are reported of one body; of the others it is said how many they are.</summary>
    public const int MaxErrors = 100;

    /// <summary>The most bytes that one event may have.</summary>
    public const int MaxEventBytes = 256 * 1024;

    /// <summary>The most levels that an event's data may nest: the event itself is the 64th.</summary>
    public const int MaxDataDepth = 63;

    // Names the body as a whole in an error.
    private const string Body = "body";

    /// <summary>The error of a body that is no text.</summary>
    public static FieldError NotUtf8 { get; } = new(Body, ErrorCodes.Invalid, "The body is not valid UTF-8.");

    /// <summary>The error of a body that is no JSON.</summary>
    public static FieldError NotJson(JsonException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new(Body, ErrorCodes.Invalid, $"The body is not JSON, or nests deeper than 64 levels: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
    }

    /// <summary>Reads every event of a body. The errors are collected; the events are valid only when there is none.</summary>
    public static IReadOnlyList<UsageEvent> Read(ReadOnlyMemory<byte> body, EventBody shape, ICollection<FieldError> errors) => Read(body, shape, errors, out _);

    /// <summary>The same, and how many errors there are beside the first <see cref="MaxErrors"/>.</summary>
    public static IReadOnlyList<UsageEvent> Read(ReadOnlyMemory<byte> body, EventBody shape, ICollection<FieldError> errors, out int omitted)
    {
        var found = new EventErrors(errors);
        var events = Read(body, shape, found);
        omitted = found.Omitted;
        return events;
    }

    private static List<UsageEvent> Read(ReadOnlyMemory<byte> body, EventBody shape, EventErrors errors)
    {
        if (!Utf8.IsValid(body.Span))
        {
            errors.Add(NotUtf8);
            return [];
        }

        var reader = new Utf8JsonReader(body.Span);
        try
        {
            return ReadBody(ref reader, body, shape, errors);
        }
        catch (JsonException e)
        {
            errors.Add(NotJson(e));
            return [];
        }
    }

    private static List<UsageEvent> ReadBody(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, EventBody shape, EventErrors errors)
    {
        var events = new List<UsageEvent>();
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when shape != EventBody.Batch:
                ReadEvent(ref reader, body, "", events, errors);
                break;
            case JsonTokenType.StartArray when shape != EventBody.One:
                ReadArray(ref reader, body, events, errors);
                break;
            default:
                errors.Add("", Body, ErrorCodes.Invalid, $"The body must be {Expected(shape)}.");
                reader.Skip();
                break;
        }

        reader.Read();
        return events;
    }

    private static void ReadArray(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, List<UsageEvent> events, EventErrors errors)
    {
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (index == MaxBatchLength)
                errors.Add("", Body, ErrorCodes.TooMany, $"A batch holds at most {MaxBatchLength} events.");

            if (index >= MaxBatchLength)
                reader.Skip();
            else if (reader.TokenType == JsonTokenType.StartObject)
                ReadEvent(ref reader, body, $"[{index}]", events, errors);
            else
            {
                errors.Add($"[{index}]", "", ErrorCodes.Invalid, "An event must be a JSON object.");
                reader.Skip();
            }
        }
    }

    private static void ReadEvent(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, string path, List<UsageEvent> events, EventErrors errors)
    {
        var start = (int)reader.TokenStartIndex;
        var attributes = new EventAttributes(path, errors);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            attributes.Read(ref reader, body);

        var json = body[start..(int)reader.BytesConsumed];
        if (json.Length > MaxEventBytes)
            errors.Add(path, path.Length == 0 ? Body : "", ErrorCodes.TooLong, $"An event has at most {MaxEventBytes} bytes; this one has {json.Length}.");
        if (attributes.Build(json) is { } usageEvent)
            events.Add(usageEvent);
    }

    private static string Expected(EventBody shape) => shape switch
    {
        EventBody.One => "one event, a JSON object",
        EventBody.Batch => "a JSON array of events",
        _ => "an event or a JSON array of events",
    };
}
