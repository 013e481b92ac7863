using System.Buffers;
using System.Text.Json;
using CloudNative.Metering.Time;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Events;

/// <summary>Collects the attributes of one event while its JSON is read, and says everything that is wrong with them.</summary>
internal sealed class EventAttributes(string path, EventErrors errors)
{
    // CloudEvents 1.0, "String": no control characters.
    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c)]);

    // RFC 3986: what may not stand unescaped in a URI-reference.
    private static readonly SearchValues<char> NotInUri = SearchValues.Create(" \"<>\\^`{|}");

    private const string NoControlCharacters = "Must have no control characters.";

    private const string Twice = "The attribute stands twice.";

    // A source sends many events one after the other.
    private static string _validSource = "/";
    private static string _latestType = "";

    private Known _seen, _wrong;
    private HashSet<string>? _extensions;
    private readonly int _errorsBefore = errors.Found;
    private string? _id, _source, _type, _subject, _specVersion;
    private DateTimeOffset? _time;
    private ReadOnlyMemory<byte> _data;

    /// <summary>Attributes that CloudEvents 1.0 itself defines; all others are extensions.</summary>
    [Flags]
    private enum Known
    {
        Extension = 0,
        Id = 1,
        Source = 2,
        Type = 4,
        Subject = 8,
        SpecVersion = 16,
        Time = 32,
        DataContentType = 64,
        DataSchema = 128,
        Data = 256,
    }

    /// <summary>Reads one property; the reader stands on its name, and afterwards on the end of its value.</summary>
    public void Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var known = IsText(ref reader) ? Recognise(ref reader) : Known.Extension;
        if (known == Known.Extension)
        {
            ReadExtension(ref reader);
            return;
        }

        var before = errors.Found;
        if ((_seen & known) != 0)
            Error(Name(known), ErrorCodes.Invalid, Twice);
        _seen |= known;
        reader.Read();
        if (known == Known.Data)
            ReadData(ref reader, body);
        else if (IsScalar(ref reader, Name(known)))
            ReadAttribute(ref reader, known, Name(known));
        if (errors.Found > before)
            _wrong |= known;
    }

    /// <summary>The event, or null when anything was wrong with it.</summary>
    public UsageEvent? Build(ReadOnlyMemory<byte> json)
    {
        Required(Known.Id, _id);
        Required(Known.Source, _source);
        Required(Known.Type, _type);
        Required(Known.Subject, _subject);
        Required(Known.SpecVersion, _specVersion);
        return errors.Found > _errorsBefore ? null : new UsageEvent(_id!, _source!, _type!, _subject!, _time, json, _data);
    }

    // An escape may stand for half a surrogate pair: then there is nothing to compare, and reading the name says what is wrong.
    private static bool IsText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return true;
        try
        {
            reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // Compared as bytes: no text is made of a name that is known.
    private static Known Recognise(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("id"u8) ? Known.Id
        : reader.ValueTextEquals("source"u8) ? Known.Source
        : reader.ValueTextEquals("type"u8) ? Known.Type
        : reader.ValueTextEquals("subject"u8) ? Known.Subject
        : reader.ValueTextEquals("specversion"u8) ? Known.SpecVersion
        : reader.ValueTextEquals("time"u8) ? Known.Time
        : reader.ValueTextEquals("data"u8) ? Known.Data
        : reader.ValueTextEquals("datacontenttype"u8) ? Known.DataContentType
        : reader.ValueTextEquals("dataschema"u8) ? Known.DataSchema
        : Known.Extension;

    private static string Name(Known known) => known switch
    {
        Known.Id => "id",
        Known.Source => "source",
        Known.Type => "type",
        Known.Subject => "subject",
        Known.SpecVersion => "specversion",
        Known.Time => "time",
        Known.DataContentType => "datacontenttype",
        Known.DataSchema => "dataschema",
        _ => "data",
    };

    private void ReadExtension(ref Utf8JsonReader reader)
    {
        var name = Text(ref reader, "attribute name") ?? "";
        if (!(_extensions ??= []).Add(name))
            Error(name, ErrorCodes.Invalid, Twice);

        reader.Read();
        if (!IsAttributeName(name))
            Refuse(ref reader, name, ErrorCodes.Unknown, "A CloudEvents attribute name has only lower-case letters and digits.");
        else if (!IsScalar(ref reader, name))
            return;
        else if (reader.TokenType == JsonTokenType.Number)
            Check(reader.TryGetInt32(out _), name, ErrorCodes.Invalid, "A number in a CloudEvents attribute is a whole one of 32 bits.");
        else if (reader.TokenType == JsonTokenType.String)
            Check(Text(ref reader, name).AsSpan().IndexOfAny(ControlCharacters) < 0, name, ErrorCodes.Invalid, NoControlCharacters);
    }

    /// <summary>Whether the value is one to be read: not null, and no object or array, which is an error.</summary>
    private bool IsScalar(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            Refuse(ref reader, name, ErrorCodes.Invalid, "A CloudEvents attribute is a string, a number or a boolean.");
        else
            return reader.TokenType != JsonTokenType.Null;
        return false;
    }

    private void ReadAttribute(ref Utf8JsonReader reader, Known known, string name)
    {
        var isString = reader.TokenType == JsonTokenType.String;
        var value = isString ? Text(ref reader, known, name) : null;
        if (isString && value is null)
            return;

        switch (known)
        {
            case Known.Id: _id = NonEmpty(name, value); break;
            case Known.Source: _source = UriReference(name, value); break;
            case Known.Type: _type = NonEmpty(name, value); Share(_type); break;
            case Known.Subject: _subject = NonEmpty(name, value); break;
            case Known.SpecVersion: _specVersion = value; Check(value == "1.0", name, ErrorCodes.Invalid, "Must be \"1.0\"."); break;
            case Known.Time: _time = ReadTime(name, value); break;
            case Known.DataContentType: Check(IsJson(value), name, ErrorCodes.Invalid, "Data must be JSON: application/json, or another type whose subtype is json or ends with +json."); break;
            case Known.DataSchema:
                Check(IsAbsoluteUri(value), name, ErrorCodes.Invalid, "Must be an absolute URI.");
                break;
        }
    }

    // No text is made of what events have in common.
    private string? Text(ref Utf8JsonReader reader, Known known, string name)
    {
        var shared = known switch { Known.Source => _validSource, Known.Type => _latestType, Known.SpecVersion => "1.0", _ => null };
        return shared is not null && !reader.ValueIsEscaped && reader.ValueTextEquals(shared) ? shared : Text(ref reader, name);
    }

    // Written only when it changes: all threads that read events read it.
    private static void Share(string? type)
    {
        if (type is not null && !ReferenceEquals(type, _latestType))
            _latestType = type;
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
        Check(value.AsSpan().IndexOfAny(ControlCharacters) < 0, name, ErrorCodes.Invalid, NoControlCharacters);
        return value;
    }

    private string? UriReference(string name, string? value)
    {
        var text = NonEmpty(name, value);
        if (text == _validSource)
            return _validSource;

        var valid = text.AsSpan().IndexOfAny(NotInUri) < 0 && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _);
        Check(valid, name, ErrorCodes.Invalid, "Must be a URI-reference (RFC 3986).");
        if (valid && text is not null)
            _validSource = text;
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

    private void Required(Known known, string? value)
    {
        if (value is null && (_wrong & known) == 0)
            Error(Name(known), ErrorCodes.Required, "Is required.");
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

    private void Error(string name, string code, string message) => errors.Add(path, name, code, message);

    private static bool IsAttributeName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    // Where paths begin with a slash, one alone is taken for a URI of the scheme "file".
    private static bool IsAbsoluteUri(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.StartsWith($"{uri.Scheme}:", StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(string? contentType)
    {
        var mediaType = contentType.AsSpan();
        var parameters = mediaType.IndexOf(';');
        mediaType = (parameters < 0 ? mediaType : mediaType[..parameters]).Trim();
        var subtype = mediaType[(mediaType.IndexOf('/') + 1)..];
        return subtype.Length < mediaType.Length - 1
            && (subtype.Equals("json", StringComparison.OrdinalIgnoreCase) || subtype.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
    }
}
