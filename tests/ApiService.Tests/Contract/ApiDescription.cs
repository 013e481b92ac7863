using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>The OpenAPI document, as a client that knows nothing else reads it.</summary>
internal sealed class ApiDescription
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

    private readonly JsonObject _document;

    private ApiDescription(JsonObject document)
    {
        _document = document;
        Operations =
        [
            .. from path in document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               where Methods.Contains(operation.Key)
               select new ApiOperation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject()),
        ];
    }

    public IReadOnlyList<ApiOperation> Operations { get; }

    public static async Task<ApiDescription> ReadAsync(HttpClient client, CancellationToken cancellationToken) =>
        new(JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), cancellationToken))!.AsObject());

    /// <summary>What a reference leads to.</summary>
    public JsonObject Resolve(JsonNode node)
    {
        var found = node.AsObject();
        while (found["$ref"]?.GetValue<string>() is { } reference)
            found = reference.TrimStart('#', '/').Split('/').Aggregate(_document, (parent, name) => parent[name]!.AsObject());
        return found;
    }

    /// <summary>The methods that the document lists for an address: that of a meter 'preview', too, where one may be called so.</summary>
    public IReadOnlyList<string> MethodsOf(string path) => [.. Operations.Where(operation => operation.Matches(path)).Select(operation => operation.Method).Distinct().Order()];
}

/// <summary>One operation of the document.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonObject Definition)
{
    public string Id { get; } = Definition["operationId"]!.GetValue<string>();

    public IReadOnlyList<JsonObject> Parameters { get; } = [.. (Definition["parameters"]?.AsArray() ?? []).Select(parameter => parameter!.AsObject())];

    public JsonObject Answers => Definition["responses"]!.AsObject();

    /// <summary>Schemas of the body by content type; null without a body.</summary>
    public JsonObject? Bodies => Definition["requestBody"]?["content"]?.AsObject();

    public bool Matches(string path) => Regex.IsMatch(path, $"^{Regex.Replace(Path, "{[^}]+}", "[^/]+")}$", RegexOptions.None, TimeSpan.FromSeconds(1));

    public override string ToString() => $"{Id} ({Method} {Path})";
}
