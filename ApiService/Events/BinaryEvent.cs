using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;
using Microsoft.Extensions.Primitives;

namespace CloudNative.ApiService.Events;

/// <summary>
/// One event in CloudEvents binary mode (HTTP binding 3.1): its attributes are headers, the body is its data. It is made the JSON that the other modes
/// send, and read by the same rules.
/// </summary>
internal static class BinaryEvent
{
    private const string Prefix = "ce-";
    private const string DataContentType = "datacontenttype";
    private const string Data = "data";
    private const string Body = "body";

    /// <summary>Whether the headers hold any attribute of an event.</summary>
    public static bool IsMeant(IHeaderDictionary headers)
    {
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>The event, valid only when nothing was added to the errors, which name headers; and how many errors there are beside them.</summary>
    public static IReadOnlyList<UsageEvent> Read(IHeaderDictionary headers, ReadOnlyMemory<byte> data, List<FieldError> errors, out int omitted)
    {
        // A body that is none hides nothing of what is wrong with the headers.
        var isJson = IsJson(data, errors);
        var json = new ArrayBufferWriter<byte>(data.Length + 512);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            WriteAttributes(writer, headers, errors);
            if (isJson && !data.IsEmpty)
            {
                writer.WritePropertyName(Data);
                writer.WriteRawValue(data.Span, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        var found = new List<FieldError>();
        var events = UsageEventReader.Read(json.WrittenMemory, EventBody.One, found, out omitted);
        var unreadable = errors.Select(error => error.Field).ToHashSet();
        errors.AddRange(found.Select(error => error with { Field = FieldOf(error.Field) }).Where(error => !unreadable.Contains(error.Field)));
        return events;
    }

    private static void WriteAttributes(Utf8JsonWriter writer, IHeaderDictionary headers, List<FieldError> errors)
    {
        if (!StringValues.IsNullOrEmpty(headers.ContentType))
            writer.WriteString(DataContentType, headers.ContentType.ToString());
        foreach (var (header, values) in headers.Where(header => header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            var name = header[Prefix.Length..].ToLowerInvariant();
            if (name is Data or DataContentType)
                errors.Add(new FieldError(Prefix + name, ErrorCodes.Forbidden, "The data is the body, and Content-Type says what it is."));
            else if (values is not [{ } value])
                errors.Add(new FieldError(Prefix + name, ErrorCodes.TooMany, "Must stand once."));
            else if (!HeaderValue.TryDecode(value, out var text, out var reason))
                errors.Add(new FieldError(Prefix + name, ErrorCodes.Invalid, reason));
            else
                writer.WriteString(name, text);
        }
    }

    /// <summary>Checked before it stands inside other JSON: what is no whole value would change what is around it.</summary>
    private static bool IsJson(ReadOnlyMemory<byte> data, List<FieldError> errors)
    {
        if (data.IsEmpty)
            return true;
        if (!Utf8.IsValid(data.Span))
        {
            errors.Add(UsageEventReader.NotUtf8);
            return false;
        }

        var reader = new Utf8JsonReader(data.Span, new JsonReaderOptions { MaxDepth = UsageEventReader.MaxDataDepth });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException e)
        {
            errors.Add(UsageEventReader.NotJson(e));
            return false;
        }
    }

    private static string FieldOf(string attribute) => attribute switch
    {
        Data or Body => Body,
        DataContentType => "Content-Type",
        _ => Prefix + attribute,
    };
}
