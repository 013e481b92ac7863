using System.Buffers;
using System.Text.Json;
using CloudNative.Metering.Time;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Events;

/// <summary>Collects the attributes of one event while its JSON is read, and says everything that is wrong with them.</summary>
internal sealed class EventAttributes(string path, ICollection<FieldError> errors)
{
    // CloudEvents 1.0, "String": no control characters.
    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c)]);

    // RFC 3986: what may not stand unescaped in a URI-reference.
    private static readonly SearchValues<char> NotInUri = SearchValues.Create(" \"<>\\^`{|}");

    private readonly HashSet<string> _seen = [];
    private readonly int _errorsBefore = errors.Count;
    private string? _id, _source, _type, _subject, _specVersion;
    private DateTimeOffset? _time;
    private ReadOnlyMemory<byte> _data;

    /// <summary>Reads one property; the reader stands on its name, and afterwards on the end of its value.</summary>
    public void Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var name = Text(ref reader, "attribute name") ?? "";
        if (!_seen.Add(name))
            Error(name, ErrorCodes.Invalid, "The attribute stands twice.");

        reader.Read();
        if (name == "data")
            ReadData(ref reader, body);
        else if (!IsAttributeName(name))
            Refuse(ref reader, name, ErrorCodes.Unknown, "A CloudEvents attribute name has only lower-case letters and digits.");
        else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            Refuse(ref reader, name, ErrorCodes.Invalid, "A CloudEvents attribute is a string, a number or a boolean.");
        else if (reader.TokenType != JsonTokenType.Null)
            ReadAttribute(ref reader, name);
    }

    /// <summary>The event, or null when anything was wrong with it.</summary>
    public UsageEvent? Build(ReadOnlyMemory<byte> json)
    {
        Required("id", _id);
        Required("source", _source);
        Required("type", _type);
        Required("subject", _subject);
        Required("specversion", _specVersion);
        return errors.Count > _errorsBefore || errors.Count >= UsageEventReader.MaxErrors ? null : new UsageEvent(_id!, _source!, _type!, _subject!, _time, json, _data);
    }

    private void ReadAttribute(ref Utf8JsonReader reader, string name)
    {
        var isString = reader.TokenType == JsonTokenType.String;
        var value = isString ? Text(ref reader, name) : null;
        if (isString && value is null)
            return;

        switch (name)
        {
            case "id": _id = NonEmpty(name, value); break;
            case "source": _source = UriReference(name, value); break;
            case "type": _type = NonEmpty(name, value); break;
            case "subject": _subject = NonEmpty(name, value); break;
            case "specversion": _specVersion = value; Check(value == "1.0", name, ErrorCodes.Invalid, "Must be \"1.0\"."); break;
            case "time": _time = ReadTime(name, value); break;
            case "datacontenttype": Check(IsJson(value), name, ErrorCodes.Invalid, "Data must be JSON: application/json or a +json type."); break;
            case "dataschema":
                Check(Uri.TryCreate(value, UriKind.Absolute, out _), name, ErrorCodes.Invalid, "Must be an absolute URI.");
                break;
        }
    }

    private void ReadData(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var start = (int)reader.TokenStartIndex;
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        Check(isObject || reader.TokenType == JsonTokenType.Null, "data", ErrorCodes.Invalid, "Must be a JSON object, or null.");
        reader.Skip();
        if (isObject)
            _data = body[start..(int)reader.BytesConsumed];
    }

    private string? NonEmpty(string name, string? value)
    {
        Check(value is not null, name, ErrorCodes.Invalid, "Must be a string.");
        Check(value is not "", name, ErrorCodes.Required, "Must not be empty.");
        Check(value.AsSpan().IndexOfAny(ControlCharacters) < 0, name, ErrorCodes.Invalid, "Must have no control characters.");
        return value;
    }

    private string? UriReference(string name, string? value)
    {
        var text = NonEmpty(name, value);
        Check(
            text.AsSpan().IndexOfAny(NotInUri) < 0 && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
            name, ErrorCodes.Invalid, "Must be a URI-reference (RFC 3986).");
        return text;
    }

    private DateTimeOffset? ReadTime(string name, string? value)
    {
        var valid = Rfc3339.TryParse(value, out var time);
        Check(valid, name, ErrorCodes.Invalid, "Must be an RFC 3339 time with an offset, such as 2026-01-31T12:00:00Z.");
        return valid ? time : null;
    }

    private string? Text(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            Error(name, ErrorCodes.Invalid, "Has an unpaired surrogate.");
            return null;
        }
    }

    private void Required(string name, string? value)
    {
        if (value is null && !errors.Skip(_errorsBefore).Any(error => error.Field == Field(name)))
            Error(name, ErrorCodes.Required, "Is required.");
    }

    private void Refuse(ref Utf8JsonReader reader, string name, string code, string message)
    {
        Error(name, code, message);
        reader.Skip();
    }

    private void Check(bool valid, string name, string code, string message)
    {
        if (!valid)
            Error(name, code, message);
    }

    // An answer with every error of a body made to have many would be larger than the body.
    private void Error(string name, string code, string message)
    {
        if (errors.Count < UsageEventReader.MaxErrors)
            errors.Add(new FieldError(Field(name), code, message));
    }

    private string Field(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static bool IsAttributeName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    private static bool IsJson(string? contentType)
    {
        var mediaType = contentType.AsSpan();
        var parameters = mediaType.IndexOf(';');
        mediaType = (parameters < 0 ? mediaType : mediaType[..parameters]).Trim();
        return mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (mediaType.Contains('/') && mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
    }
}
