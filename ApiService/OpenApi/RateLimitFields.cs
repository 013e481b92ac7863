using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Portal;
using CloudNative.ApiService.RateLimits;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.OpenApi;

/// <summary>Tells which answers carry the fields of draft-ietf-httpapi-ratelimit-headers: all that a good key gets, while rate limits are on.</summary>
internal sealed class RateLimitFields(IOptions<RateLimitOptions> options) : IOpenApiOperationTransformer
{
    private static readonly string[] Fields = [RateLimitMiddleware.PolicyField, RateLimitMiddleware.LimitField];

    public static void Describe(OpenApiComponents components) => components.Headers = new Dictionary<string, IOpenApiHeader>
    {
        [RateLimitMiddleware.PolicyField] = Header("The quotas: `q` requests in `w` seconds, of the key and of all keys of the tenant.", "\"key\";q=500000;w=10, \"tenant\";q=1000000;w=10"),
        [RateLimitMiddleware.LimitField] = Header("What is left of them: `r` requests, until each is whole again after `t` seconds.", "\"key\";r=499999;t=10, \"tenant\";r=999999;t=10"),
    };

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled || !context.Description.ActionDescriptor.EndpointMetadata.Any(metadata => metadata is RequiredScope or PortalRoute))
            return Task.CompletedTask;
        foreach (var (_, answer) in (operation.Responses ?? []).Where(answer => answer.Key != "401"))
        {
            if (answer is not OpenApiResponse response)
                continue;
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            foreach (var field in Fields)
                response.Headers[field] = new OpenApiHeaderReference(field, context.Document);
        }

        return Task.CompletedTask;
    }

    private static OpenApiHeader Header(string description, string example) => new()
    {
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = example,
    };
}
