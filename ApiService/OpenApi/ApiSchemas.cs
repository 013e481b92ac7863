using System.Text.Json.Nodes;
using CloudNative.ApiService.ApiKeys;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Events;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.Meters;
using CloudNative.ApiService.Portal;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Rollups;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.OpenApi;

/// <summary>Says what the serializer's settings and converters hide from the document.</summary>
internal sealed class ApiSchemas : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var underlying = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type);
        var type = underlying ?? context.JsonTypeInfo.Type;
        if (type == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (underlying is null ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null, "date-time");
        else if (type == typeof(ExactNumber))
            schema.Type = JsonSchemaType.Number;
        else if (type == typeof(RawJson))
            schema.Description = "JSON as it was received.";
        else if (type.IsEnum)
            schema.Type = JsonSchemaType.String;
        else if (type == typeof(CloudEvent))
            Describe(schema);
        else if (type == typeof(FilterString) || type == typeof(FilterTime) || type == typeof(FilterIds))
            schema.MinProperties = 1;
        else if (type == typeof(PortalEndpoints.Invalidation))
            (schema.MinProperties, schema.MaxProperties) = (1, 1);
        else if (type == typeof(CreateApiKey.Request) && schema.Properties?["scopes"] is OpenApiSchema { Items: OpenApiSchema scope })
            scope.Enum = [.. ApiScope.All.Select(known => JsonValue.Create(known.Scope))];

        SchemaConstraints.Add(schema, context);
        // Null is never written: what can be null can be absent.
        foreach (var property in context.JsonTypeInfo.Properties.Where(property => property.IsGetNullable && !SchemaConstraints.IsRequired(property)))
            schema.Required?.Remove(property.Name);
        return Task.CompletedTask;
    }

    /// <summary>Dimension to <see cref="FilterValues"/>, of which the framework sees nothing: they have a converter.</summary>
    public static OpenApiSchema FilterGroupBy() => new()
    {
        Type = JsonSchemaType.Object,
        AdditionalProperties = new OpenApiSchema
        {
            Description = "A text, or texts of which any is wanted.",
            OneOf =
            [
                new OpenApiSchema { Type = JsonSchemaType.String },
                new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String }, MinItems = 1, MaxItems = FilterValues.MaxValues },
            ],
        },
    };

    /// <summary>An event may have attributes of its sender's own.</summary>
    private static void Describe(OpenApiSchema cloudEvent)
    {
        cloudEvent.AdditionalPropertiesAllowed = true;
        cloudEvent.PropertyNames = new OpenApiSchema { Pattern = SchemaPatterns.AttributeName };
        cloudEvent.AdditionalProperties = new OpenApiSchema
        {
            Type = JsonSchemaType.String | JsonSchemaType.Integer | JsonSchemaType.Boolean | JsonSchemaType.Null, Pattern = SchemaPatterns.NoControlCharacters,
            Minimum = $"{int.MinValue}", Maximum = $"{int.MaxValue}",
        };
    }
}
