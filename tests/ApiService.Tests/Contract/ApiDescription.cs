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
           select new ApiOperation(operation.Value!["operationId"]!.GetValue<string>(), operation.Key.ToUpperInvariant(), path.Key),
    ];

    public IReadOnlyList<ApiOperation> Operations { get; }

    public static async Task<ApiDescription> ReadAsync(HttpClient client, CancellationToken cancellationToken) =>
        new(JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), cancellationToken))!.AsObject());

    /// <summary>The methods that the document lists for an address: that of a meter 'preview', too, where one may be called so.</summary>
    public IReadOnlyList<string> MethodsOf(string path) => [.. Operations.Where(operation => operation.Matches(path)).Select(operation => operation.Method).Distinct().Order()];
}

/// <summary>One operation of the document.</summary>
internal sealed record ApiOperation(string Id, string Method, string Path)
{
    public bool Matches(string path) => Regex.IsMatch(path, $"^{Regex.Replace(Path, "{[^}]+}", "[^/]+")}$", RegexOptions.None, TimeSpan.FromSeconds(1));

    public override string ToString() => $"{Id} ({Method} {Path})";
}
