using System.Text.Json;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Events;
using CloudNative.ApiService.Meters;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.OpenApi;

/// <summary>Query parameters that are text to the framework: JSON, and the one that is written as <c>filterGroupBy[model]=gpt-4o</c>.</summary>
internal sealed class JsonParameters : IOpenApiOperationTransformer
{
    private const string Json = "application/json";
    private const string EventFilterParameter = "filter";

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(parameter => parameter.In == ParameterLocation.Query))
        {
            if (parameter.Name == DimensionFilter.Parameter)
                (parameter.Style, parameter.Explode, parameter.Schema) = (ParameterStyle.DeepObject, true, ApiSchemas.FilterGroupBy());
            else if (parameter.Name == UsageRequest.AdvancedParameter)
                Describe(parameter, new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchemaReference(nameof(FilterString), context.Document) });
            else if (parameter.Name == EventFilterParameter)
                Describe(parameter, await EventFilterAsync(context, cancellationToken));
        }
    }

    private static void Describe(OpenApiParameter parameter, OpenApiSchema schema) =>
        (parameter.Schema, parameter.Content) = (null, new Dictionary<string, OpenApiMediaType> { [Json] = new() { Schema = schema } });

    /// <summary>No route has such a body; what does have one in it is described already.</summary>
    private static async Task<OpenApiSchema> EventFilterAsync(OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var schema = await context.GetOrCreateSchemaAsync(typeof(EventFilter), parameterDescription: null, cancellationToken);
        foreach (var property in typeof(EventFilter).GetProperties().Where(property => property.PropertyType == typeof(FilterString)))
            schema.Properties![JsonNamingPolicy.CamelCase.ConvertName(property.Name)] = new OpenApiSchemaReference(nameof(FilterString), context.Document);
        return schema;
    }
}
