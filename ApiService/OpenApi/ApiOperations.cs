using CloudNative.ApiService.Binding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.OpenApi;

/// <summary>Spells query parameters as the API does, and lists an operation's answers in order of their status.</summary>
internal sealed class ApiOperations : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(p => p is { In: ParameterLocation.Query, Name: not null }))
            parameter.Name = QueryParameter.NameOf(parameter.Name!);
        var answers = (operation.Responses ?? []).OrderBy(answer => answer.Key, StringComparer.Ordinal);
        operation.Responses = [];
        foreach (var (status, answer) in answers.ToList())
            operation.Responses.Add(status, answer);
        return Task.CompletedTask;
    }
}
