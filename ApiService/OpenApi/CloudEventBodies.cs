using CloudNative.Metering.Events;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.OpenApi;

/// <summary>Tells one event from a batch of them, which share a route and differ in the content type.</summary>
internal sealed class CloudEventBodies : IOpenApiOperationTransformer
{
    private const string Batch = "application/cloudevents-batch+json";
    private const string Either = "application/json";

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (operation.RequestBody?.Content is not { } content || !content.TryGetValue(Batch, out var batch) || batch.Schema is not { } one)
            return Task.CompletedTask;
        var many = new OpenApiSchema { Type = JsonSchemaType.Array, Items = one, MaxItems = UsageEventReader.MaxBatchLength };
        batch.Schema = many;
        if (content.TryGetValue(Either, out var either))
            either.Schema = new OpenApiSchema { OneOf = [one, many] };
        return Task.CompletedTask;
    }
}
