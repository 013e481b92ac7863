using CloudNative.ApiService.Binding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.OpenApi;

/// <summary>Spells query parameters as the API does, and says what each error means, in order of the status.</summary>
internal sealed class ApiOperations : IOpenApiOperationTransformer
{
    private static readonly Dictionary<string, string> Meanings = new()
    {
        ["304"] = "Nothing has changed since the answer whose ETag was sent.",
        ["400"] = "The request is wrong; extensions.validationErrors lists everything that is.",
        ["401"] = "No API key, or one that is unknown or revoked.",
        ["404"] = "There is no such thing, or it belongs to another tenant.",
        ["409"] = "It is there already; extensions.conflictingEntityId names it.",
        ["413"] = "The body is larger than 4 MiB.",
        ["415"] = "The content type is not taken; the Accept header lists those that are.",
        ["503"] = "Something the request needs is away: nothing was done. Try again after Retry-After seconds.",
    };

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var parameters = (operation.Parameters ?? []).OfType<OpenApiParameter>();
        foreach (var parameter in parameters.Where(p => p is { In: ParameterLocation.Query, Name: not null }))
            parameter.Name = QueryParameter.NameOf(parameter.Name!);
        var answers = (operation.Responses ?? []).OrderBy(answer => answer.Key, StringComparer.Ordinal).ToList();
        operation.Responses = [];
        foreach (var (status, answer) in answers)
        {
            if (Meanings.TryGetValue(status, out var meaning))
                answer.Description = meaning;
            operation.Responses.Add(status, answer);
        }

        return Task.CompletedTask;
    }
}
