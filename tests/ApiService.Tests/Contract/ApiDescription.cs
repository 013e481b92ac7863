using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>The OpenAPI document, as a client that knows nothing else reads it.</summary>
internal sealed class ApiDescription
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

    private ApiDescription(JsonObject document) => Operations =
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           where Methods.Contains(operation.Key)
           select new ApiOperation(document, operation.Value!.AsObject(), operation.Key.ToUpperInvariant(), path.Key),
    ];

    public IReadOnlyList<ApiOperation> Operations { get; }

    public static async Task<ApiDescription> ReadAsync(HttpClient client, CancellationToken cancellationToken) =>
        new(JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), cancellationToken))!.AsObject());

    /// <summary>The methods that the document lists for an address: that of a meter 'preview', too, where one may be called so.</summary>
    public IReadOnlyList<string> MethodsOf(string path) => [.. Operations.Where(operation => operation.Matches(path)).Select(operation => operation.Method).Distinct().Order()];
}

/// <summary>One operation of the document.</summary>
internal sealed class ApiOperation(JsonObject document, JsonObject operation, string method, string path)
{
    public string Id { get; } = operation["operationId"]!.GetValue<string>();

    public string Method => method;

    public string Path => path;

    public IReadOnlyList<(ApiParameter Parameter, ApiSchema Schema)> Parameters { get; } =
    [
        .. from parameter in operation["parameters"]?.AsArray() ?? []
           let json = parameter!["content"]?["application/json"]?["schema"]
           let form = json is not null ? ParameterForm.Json : parameter["style"]?.GetValue<string>() == "deepObject" ? ParameterForm.Members : ParameterForm.Text
           select (new ApiParameter(parameter["name"]!.GetValue<string>(), parameter["in"]!.GetValue<string>(), form), new ApiSchema(document, json ?? parameter["schema"]!)),
    ];

    /// <summary>What may be sent, by content type, with the document's own examples.</summary>
    public IReadOnlyList<(string MediaType, ApiSchema Schema, IReadOnlyList<JsonNode?> Examples)> Bodies { get; } =
    [
        .. from content in operation["requestBody"]?["content"]?.AsObject() ?? []
           select (content.Key, new ApiSchema(document, content.Value!["schema"]!), Examples(document, content.Value!)),
    ];

    /// <summary>Null where the document knows no such status.</summary>
    public ApiAnswer? Answer(int status) => operation["responses"]![$"{status}"] is JsonObject answer ? new ApiAnswer(document, answer) : null;

    public bool Matches(string address) => Regex.IsMatch(address, $"^{Regex.Replace(path, "{[^}]+}", "[^/]+")}$", RegexOptions.None, TimeSpan.FromSeconds(1));

    public override string ToString() => $"{Id} ({Method} {Path})";

    private static IReadOnlyList<JsonNode?> Examples(JsonObject document, JsonNode content) =>
    [
        .. content["example"] is { } example ? [example] : (JsonNode?[])[],
        .. from named in content["examples"]?.AsObject() ?? []
           select named.Value!["$ref"] is { } reference
               ? reference.GetValue<string>().Split('/').Skip(1).Aggregate((JsonNode)document, (node, name) => node[name]!)["value"]
               : named.Value["value"],
    ];
}

/// <summary>How a parameter is written: as text, as JSON, or as <c>name[member]=text</c>.</summary>
internal enum ParameterForm
{
    Text,
    Json,
    Members,
}

internal sealed record ApiParameter(string Name, string In, ParameterForm Form);

/// <summary>What the document says of an answer.</summary>
internal sealed class ApiAnswer(JsonObject document, JsonObject answer)
{
    public IEnumerable<string> Headers => (answer["headers"]?.AsObject() ?? []).Select(header => header.Key);

    public bool HasBody => answer["content"] is JsonObject { Count: > 0 };

    /// <summary>Null where the document knows no such content type.</summary>
    public ApiSchema? Body(string mediaType) => answer["content"]?[mediaType]?["schema"] is { } schema ? new ApiSchema(document, schema) : null;
}
