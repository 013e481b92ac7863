using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Edge;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.Meters;
using CloudNative.ApiService.Portal;
using CloudNative.ApiService.RateLimits;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace CloudNative.ApiService.OpenApi;

/// <summary>Marks a route whose successes carry an <c>ETag</c>.</summary>
internal sealed class GivesETag
{
    public static GivesETag Instance { get; } = new();
}

/// <summary>Tells which answers carry which header fields.</summary>
internal sealed class AnswerFields(IOptions<RateLimitOptions> options) : IOpenApiOperationTransformer
{
    private static readonly (string Name, string Description, string Example)[] Known =
    [
        (RequestId.Header, "Names the request: the caller's own id (1 to 128 of `A-Z a-z 0-9 - _ . : / + = @ ~`, sent in the same field), else its trace's.", "4bf92f3577b34da6a3ce929d0e0e4736"),
        (RateLimitHeaders.Policy, "The quotas: `q` requests in `w` seconds, of the key and of all keys of the tenant.", "\"key\";q=500000;w=10, \"tenant\";q=1000000;w=10"),
        (RateLimitHeaders.Limit, "What is left of them: `r` requests, until each is whole again after `t` seconds.", "\"key\";r=499999;t=10, \"tenant\";r=999999;t=10"),
        (HeaderNames.RetryAfter, "In seconds.", "2"),
        (HeaderNames.WWWAuthenticate, "What was wrong with the key.", "Bearer error=\"insufficient_scope\", scope=\"meters:write\""),
        (HeaderNames.Accept, "The content types that the route takes.", "application/json"),
        (HeaderNames.Location, "Where the new thing is.", "/api/v1/meters/01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        (HeaderNames.ETag, "Names what was answered; changes with it.", "\"2f4\""),
        (HeaderNames.ContentDisposition, "The table's file name; not with JSON.", "attachment; filename=tokens_total.csv"),
        (IdempotentRequests.ReplayedHeader, "`true` on the kept answer to an earlier request with the same `Idempotency-Key`.", "true"),
    ];

    public static void Describe(OpenApiComponents components) => components.Headers = Known.ToDictionary(
        field => field.Name,
        IOpenApiHeader (field) => new OpenApiHeader
        {
            Description = field.Description, Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Example = field.Example,
        });

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var route = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var (status, answer) in operation.Responses ?? [])
        {
            if (answer is not OpenApiResponse response)
                continue;
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            foreach (var field in FieldsOf(route, status))
                response.Headers[field] = new OpenApiHeaderReference(field, context.Document);
        }

        return Task.CompletedTask;
    }

    private IEnumerable<string> FieldsOf(IList<object> route, string status)
    {
        yield return RequestId.Header;
        if (options.Value.Enabled && (route.OfType<RequiredScope>().Any() || route.OfType<PortalRoute>().Any()) && status != "401")
        {
            yield return RateLimitHeaders.Policy;
            yield return RateLimitHeaders.Limit;
        }

        if (status is "429" or "503")
            yield return HeaderNames.RetryAfter;
        if (status is "401" or "403")
            yield return HeaderNames.WWWAuthenticate;
        if (status is "415")
            yield return HeaderNames.Accept;
        if (status is "201")
            yield return HeaderNames.Location;
        if (status is "200" or "201" or "304" && route.OfType<GivesETag>().Any())
            yield return HeaderNames.ETag;
        if (status is "200" && AcceptedAnswers.GivenBy(route).Contains(UsageCsv.ContentType))
            yield return HeaderNames.ContentDisposition;
        if (status is "200" or "201" && route.OfType<IdempotentRoute>().Any())
            yield return IdempotentRequests.ReplayedHeader;
    }
}
