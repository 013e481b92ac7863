using System.Text.Json;
using System.Text.Unicode;
using CloudNative.ApiService.Binding;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Json;

/// <summary>
/// The fields of a JSON object in a request, read one by one, so that everything that is wrong with them is found at once: the serializer stops at the first
/// wrong type, and at the first field that it does not know.
/// </summary>
internal sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly ICollection<FieldError> _errors;
    private readonly string _path;

    /// <param name="errors">What is wrong is added here.</param>
    /// <param name="path">Stands before the names of the fields: <c>billingAddress.</c>; empty for the body itself.</param>
    private JsonFields(ICollection<FieldError> errors, string path = "") => (_errors, _path) = (errors, path);

    /// <summary>Reads the whole body; null, and one error, when it is no JSON object.</summary>
    /// <exception cref="BadHttpRequestException">The body has another content type, or is too large.</exception>
    public static async Task<JsonFields?> ReadAsync(HttpRequest request, ICollection<FieldError> errors, CancellationToken cancellationToken)
    {
        var body = new JsonFields(errors);
        if (await body.ReadBodyAsync(request, JsonValueKind.Object, "Must be a JSON object.", cancellationToken) is not { } json)
            return null;
        body.AddMembers(json);
        return body;
    }

    /// <summary>Reads the whole body, an array of objects; null, and one error, when it is none. What is no object in it is an error, and left out.</summary>
    /// <exception cref="BadHttpRequestException">The body has another content type, or is too large.</exception>
    public static async Task<IReadOnlyList<JsonFields>?> ReadListAsync(HttpRequest request, ICollection<FieldError> errors, CancellationToken cancellationToken)
    {
        var body = new JsonFields(errors);
        if (await body.ReadBodyAsync(request, JsonValueKind.Array, "Must be a JSON array of objects.", cancellationToken) is not { } json)
            return null;
        var items = new List<JsonFields>();
        foreach (var (i, item) in json.EnumerateArray().Index())
        {
            var fields = new JsonFields(errors, $"[{i}].");
            if (item.ValueKind == JsonValueKind.Object)
            {
                fields.AddMembers(item);
                items.Add(fields);
            }
            else
            {
                body.Add($"[{i}]", ErrorCodes.Invalid, "Must be a JSON object.");
            }
        }

        return items;
    }

    /// <summary>How errors name a field of this object.</summary>
    public string PathOf(string name) => _path + name;

    /// <summary>Whether the field is there, be it null.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>A text; null when it is absent or null, and when it is none.</summary>
    public string? Text(string name) => Take(name) is { } value ? Text(_path + name, value) : null;

    /// <summary>An object of texts, of which some may be null; null when it is absent or null, and when it is none.</summary>
    public IReadOnlyDictionary<string, string?>? Texts(string name)
    {
        if (Take(name, JsonValueKind.Object, "Must be a JSON object of texts.") is not { } value)
            return null;
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, entry) in Members(value, $"{_path}{name}."))
            texts[key] = entry.ValueKind == JsonValueKind.Null ? null : Text($"{_path}{name}.{key}", entry);
        return texts;
    }

    /// <summary>An array of texts; null when it is absent or null, and when it is none. What is no text in it is empty, so that the others keep their places.</summary>
    public IReadOnlyList<string>? TextList(string name)
    {
        if (Take(name, JsonValueKind.Array, "Must be a JSON array of texts.") is not { } value)
            return null;
        return [.. value.EnumerateArray().Select((item, i) => Text($"{_path}{name}[{i}]", item) ?? "")];
    }

    /// <summary>The fields of an object inside; null when it is absent or null, and when it is none.</summary>
    public JsonFields? Object(string name)
    {
        if (Take(name, JsonValueKind.Object, "Must be a JSON object.") is not { } value)
            return null;
        var fields = new JsonFields(_errors, $"{_path}{name}.");
        fields.AddMembers(value);
        return fields;
    }

    /// <summary>The text of an object; null when it is absent or null, and when it is none.</summary>
    public string? RawObject(string name) => Take(name, JsonValueKind.Object, "Must be a JSON object.")?.GetRawText();

    /// <summary>A field that stands in other bodies, but not in this one.</summary>
    public void Refuse(string name, string reason)
    {
        if (_fields.Remove(name))
            Add(_path + name, ErrorCodes.Forbidden, reason);
    }

    /// <summary>Whatever was not asked for is unknown.</summary>
    public void RefuseOthers()
    {
        foreach (var name in _fields.Keys)
            Add(_path + name, ErrorCodes.Unknown, "There is no such field here.");
    }

    private async Task<JsonElement?> ReadBodyAsync(HttpRequest request, JsonValueKind kind, string expected, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
            throw new BadHttpRequestException("The body is not JSON.", StatusCodes.Status415UnsupportedMediaType);
        using var body = await RequestBody.ReadAsync(request, cancellationToken);
        if (Parse(body.Bytes.Span) is not { } json)
            return null;
        if (json.ValueKind == kind)
            return json;
        if (json.ValueKind == JsonValueKind.Null)
            Add(JsonErrors.Body, ErrorCodes.Required, "A JSON body is needed.");
        else
            Add(JsonErrors.Body, ErrorCodes.Invalid, expected);
        return null;
    }

    private JsonElement? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            if (body.IsEmpty)
                Add(JsonErrors.Body, ErrorCodes.Required, "A JSON body is needed.");
            else if (!Utf8.IsValid(body))
                Add(JsonErrors.Body, ErrorCodes.Invalid, "The body is not valid UTF-8.");
            else
                return JsonElement.Parse(body);
        }
        catch (JsonException e)
        {
            _errors.Add(JsonErrors.Describe(e));
        }

        return null;
    }

    private JsonElement? Take(string name) => _fields.Remove(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private JsonElement? Take(string name, JsonValueKind kind, string expected)
    {
        if (Take(name) is not { } value)
            return null;
        if (value.ValueKind == kind)
            return value;
        Add(_path + name, ErrorCodes.Invalid, expected);
        return null;
    }

    private void AddMembers(JsonElement parent)
    {
        foreach (var (name, value) in Members(parent, _path))
            _fields[name] = value;
    }

    private IEnumerable<(string Name, JsonElement Value)> Members(JsonElement parent, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in parent.EnumerateObject())
        {
            if (NameOf(member) is not { } name)
                Add(path.Length == 0 ? JsonErrors.Body : path[..^1], ErrorCodes.Invalid, "A name has an unpaired surrogate.");
            else if (!names.Add(name))
                Add(path + name, ErrorCodes.Invalid, "The field stands twice.");
            else
                yield return (name, member.Value);
        }
    }

    // JSON allows an escape that stands for half a surrogate pair, which is no text.
    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private string? Text(string field, JsonElement value)
    {
        try
        {
            if (value.ValueKind == JsonValueKind.String)
                return value.GetString();
            Add(field, ErrorCodes.Invalid, "Must be a text.");
        }
        catch (InvalidOperationException)
        {
            Add(field, ErrorCodes.Invalid, "Has an unpaired surrogate.");
        }

        return null;
    }

    private void Add(string field, string code, string message) => _errors.Add(new FieldError(field, code, message));
}
