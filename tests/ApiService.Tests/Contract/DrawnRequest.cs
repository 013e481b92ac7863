using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>A request as somebody would draw it from the document who knows nothing else: one that it allows, or one that it forbids for one reason.</summary>
internal sealed class DrawnRequest
{
    /// <summary>Names nothing that there is.</summary>
    public const string NoSuch = "no-such";

    private readonly ApiOperation _operation;
    private readonly Dictionary<string, string> _path = [];
    private readonly List<(string Name, string Value)> _query = [];
    private readonly List<(string Name, string Value)> _headers = [];
    private readonly string? _mediaType;
    private string? _body;

    /// <summary>One that the document allows; what it is about comes from <paramref name="target"/>, by the name of the path's parameter.</summary>
    public DrawnRequest(ApiOperation operation, Random random, Func<string, string> target)
    {
        _operation = operation;
        foreach (var (parameter, schema) in operation.Parameters)
            Draw(parameter, schema, random, target);
        if (operation.Bodies is not { Count: > 0 } bodies)
            return;
        (_mediaType, var body, var examples) = random.GetItems([.. bodies], 1)[0];
        Body = examples.Count > 0 && random.Next(2) == 0 ? random.GetItems([.. examples], 1)[0]?.DeepClone() : body.Draw(random);
        BodySchema = body;
        _body = Write(Body);
    }

    public bool Has(string header) => _headers.Exists(sent => sent.Name == header);

    public bool Names(string target) => _path.ContainsValue(target);

    /// <summary>Which place is broken, and how; null where none is.</summary>
    public (string Place, string Way)? Broken { get; private set; }

    private JsonNode? Body { get; }

    private ApiSchema? BodySchema { get; }

    /// <summary>Breaks it at one place; false where nothing can be broken.</summary>
    public bool Break(Random random)
    {
        var breaks = Breaks(random).ToArray();
        if (breaks.Length == 0)
            return false;
        var chosen = random.GetItems(breaks, 1)[0];
        Broken = (chosen.Place, chosen.Way);
        // Another request with the same key would be refused for that.
        _headers.RemoveAll(header => header.Name == "Idempotency-Key");
        chosen.Apply();
        return true;
    }

    public HttpRequestMessage ToMessage()
    {
        var path = _path.Aggregate(_operation.Path, (path, parameter) => path.Replace($"{{{parameter.Key}}}", Uri.EscapeDataString(parameter.Value), StringComparison.Ordinal));
        var query = string.Join('&', _query.Select(parameter => $"{Uri.EscapeDataString(parameter.Name)}={Uri.EscapeDataString(parameter.Value)}"));
        var message = new HttpRequestMessage(new HttpMethod(_operation.Method), query.Length == 0 ? path : $"{path}?{query}");
        foreach (var (name, value) in _headers)
            message.Headers.TryAddWithoutValidation(name, value);
        if (_mediaType is not null)
        {
            message.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(_body!));
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(_mediaType);
        }

        return message;
    }

    public override string ToString() =>
        $"{_operation.Id} {string.Join(' ', _path.Values)}?{string.Join('&', _query)} {string.Join(' ', _headers)} {_body?[..Math.Min(_body.Length, 600)]}{(Broken is { } broken ? $" ({broken.Place}: {broken.Way})" : "")}";

    private void Draw(ApiParameter parameter, ApiSchema schema, Random random, Func<string, string> target)
    {
        if (parameter.In == "path")
        {
            _path[parameter.Name] = target(parameter.Name);
            return;
        }

        // None of the others is required.
        if (random.Next(3) != 0)
            return;
        var value = schema.Draw(random);
        // Text of a header field is ASCII, and a space around it is not part of it.
        if (parameter.In == "header")
            _headers.AddRange(Texts(value).Where(text => text.All(c => c is > ' ' and < '\x7f')).Select(text => (parameter.Name, text)));
        else if (parameter.Form == ParameterForm.Json)
            _query.Add((parameter.Name, value!.ToJsonString()));
        else if (parameter.Form == ParameterForm.Members)
            _query.AddRange(value!.AsObject().SelectMany(member => Texts(member.Value).Select(text => ($"{parameter.Name}[{member.Key}]", text))));
        else
            _query.AddRange(Texts(value).Select(text => (parameter.Name, text)));
    }

    private static IEnumerable<string> Texts(JsonNode? value) => value is JsonArray many ? many.Select(one => one!.ToString()) : [value!.ToString()];

    private IEnumerable<(string Place, string Way, Action Apply)> Breaks(Random random)
    {
        foreach (var (parameter, schema) in _operation.Parameters.Where(known => known.Parameter.Form == ParameterForm.Json))
        {
            foreach (var (_, way, value) in schema.Breaks(schema.Draw(random)))
                yield return (parameter.Name, way, () => Replace(_query, parameter.Name, value?.ToJsonString() ?? "null"));
        }

        foreach (var (parameter, schema) in _operation.Parameters.Where(known => known.Parameter.Form == ParameterForm.Members))
        {
            yield return (parameter.Name, "no object", () => Replace(_query, parameter.Name, "5"));
            yield return (parameter.Name, "too many values", () => _query.AddRange(Enumerable.Repeat(($"{parameter.Name}[k]", "v"), 101)));
        }

        foreach (var (parameter, schema) in _operation.Parameters.Where(known => known.Parameter is { In: "query", Form: ParameterForm.Text }))
        {
            // What is text in an address may be a number all the same.
            foreach (var (_, way, value) in schema.Breaks(JsonValue.Create("")).Where(broken => broken.Value is JsonValue text && schema.ErrorsOfText(text.ToString()).Any()))
                yield return (parameter.Name, way, () => Replace(_query, parameter.Name, value!.ToString()));
        }

        foreach (var (parameter, schema) in _operation.Parameters.Where(known => known.Parameter.In == "header"))
        {
            foreach (var (_, way, value) in schema.Breaks(JsonValue.Create("x")).Where(broken => broken.Way == "too long"))
                yield return (parameter.Name, way, () => Replace(_headers, parameter.Name, new string('x', value!.ToString().EnumerateRunes().Count())));
        }

        yield return ("undocumented", "query parameter", () => _query.Add(("undocumented", "1")));
        foreach (var (place, way, value) in BodySchema?.Breaks(Body) ?? [])
        {
            if (IsJson)
                yield return (place, way, () => _body = Write(value));
        }

        if (IsJson)
            yield return ("body", "no JSON", () => _body = _body![..^1] + "}}");
    }

    private bool IsJson => _mediaType?.EndsWith("json", StringComparison.Ordinal) == true;

    private static void Replace(List<(string Name, string Value)> list, string name, string value)
    {
        list.RemoveAll(entry => entry.Name == name);
        list.Add((name, value));
    }

    private string Write(JsonNode? body) => IsJson ? body?.ToJsonString() ?? "null" : body?.ToString() ?? "";
}
