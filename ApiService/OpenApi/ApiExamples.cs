using System.Text.Json.Nodes;
using CloudNative.ApiService.Problems;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.OpenApi;

/// <summary>Examples of what is sent and answered, and of every problem: <c>examples.json</c> holds them.</summary>
internal static class ApiExamples
{
    private const string Resource = "examples.json";
    private const string ProblemName = "Problem";

    private static readonly JsonObject Known = Load();

    public static void Describe(OpenApiComponents components)
    {
        foreach (var (name, example) in Known["schemas"]!.AsObject())
        {
            // A document without the schema is another one: what is nowhere used is found by the tests.
            if (components.Schemas?.TryGetValue(name, out var known) is true && known is OpenApiSchema schema)
                schema.Examples = [example!.DeepClone()];
        }

        components.Examples = new Dictionary<string, IOpenApiExample>();
        foreach (var (status, problem) in Known["problems"]!.AsObject())
            components.Examples[ProblemName + status] = new OpenApiExample { Value = problem!.DeepClone() };
    }

    public static void Describe(string status, IOpenApiResponse answer, OpenApiDocument? document)
    {
        if (answer.Content?.TryGetValue(ApiProblem.ContentType, out var problem) is true && Known["problems"]!.AsObject().ContainsKey(status))
            problem.Examples = new Dictionary<string, IOpenApiExample> { [ProblemName + status] = new OpenApiExampleReference(ProblemName + status, document) };
    }

    private static JsonObject Load()
    {
        using var stream = typeof(ApiExamples).Assembly.GetManifestResourceStream(Resource)!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
