using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Edge;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.Portal;
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
        ["401"] = "No API key, or one that is unknown, expired or revoked.",
        ["403"] = "The API key lacks the scope; extensions.requiredScope names it.",
        ["404"] = "There is no such thing, or it belongs to another tenant.",
        ["406"] = "The Accept header takes nothing of what the route gives.",
        ["409"] = "It is there already; extensions.conflictingEntityId names it.",
        ["412"] = "If-Match names no present ETag: it was changed since.",
        ["413"] = "The body is larger than 4 MiB.",
        ["415"] = "The content type is not taken; the Accept header lists those that are.",
        ["422"] = "The Idempotency-Key was used for another request.",
        ["429"] = "A quota of requests is used up; extensions.violatedPolicies names it. Nothing was done. Try again after Retry-After seconds.",
        ["503"] = "Something the request needs is away: nothing was done. Try again after Retry-After seconds.",
    };

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var parameters = (operation.Parameters ?? []).OfType<OpenApiParameter>();
        foreach (var parameter in parameters.Where(p => p is { In: ParameterLocation.Query, Name: not null }))
            parameter.Name = QueryParameter.NameOf(parameter.Name!);
        if (parameters.FirstOrDefault(p => p.Name == IfMatch.Header) is { } condition)
            Describe(condition, operation.RequestBody);
        var route = context.Description.ActionDescriptor.EndpointMetadata;
        if (route.OfType<IdempotentRoute>().Any())
            (operation.Parameters ??= []).Add(IdempotencyKey());
        AddTypes(operation, route);
        var answers = (operation.Responses ?? []).OrderBy(answer => answer.Key, StringComparer.Ordinal).ToList();
        operation.Responses = [];
        foreach (var (status, answer) in answers)
        {
            if (Meanings.TryGetValue(status, out var meaning))
                answer.Description = meaning;
            ApiExamples.Describe(status, answer, context.Document);
            operation.Responses.Add(status, answer);
        }

        if (route.OfType<PortalRoute>().Any())
            RequirePortalToken(operation, context.Document);
        if (route.OfType<RequiredScope>().LastOrDefault() is { } required)
            Require(operation, required.Scope, context.Document);
        return Task.CompletedTask;
    }

    /// <summary>The framework documents one type of an answer only, and can't know that another one is refused.</summary>
    private static void AddTypes(OpenApiOperation operation, IList<object> route)
    {
        foreach (var also in route.OfType<AlsoGives>())
            operation.Responses!["200"].Content![also.ContentType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        if (AcceptedAnswers.GivenBy(route).Length > 0)
            operation.Responses!["406"] = new OpenApiResponse { Content = Copy(operation.Responses["400"].Content!) };
    }

    /// <summary>Each response has media types of its own: they hold its examples.</summary>
    private static Dictionary<string, OpenApiMediaType> Copy(IDictionary<string, OpenApiMediaType> content) =>
        content.ToDictionary(type => type.Key, type => new OpenApiMediaType { Schema = type.Value.Schema });

    /// <summary>Either way to send the key; what stands in the list are the roles that the key needs (OpenAPI 3.1, Security Requirement Object).</summary>
    private static void Require(OpenApiOperation operation, string scope, OpenApiDocument? document)
    {
        operation.Description = $"Needs the scope `{scope}`.\n\n{operation.Description}".TrimEnd();
        operation.Security =
        [
            .. ApiDocument.Schemes.Select(scheme => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, document)] = [scope] }),
        ];
    }

    private static void RequirePortalToken(OpenApiOperation operation, OpenApiDocument? document)
    {
        operation.Responses!["401"].Description = "No portal token, or one that is unknown, expired or invalidated.";
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiDocument.PortalToken, document)] = [] }];
    }

    /// <summary>The framework takes the words on a header for words on the body.</summary>
    private static void Describe(OpenApiParameter ifMatch, IOpenApiRequestBody? body)
    {
        ifMatch.Description = "The ETag of what the client saw, or `*`: 412 when it was changed since. Absent: whatever it is by now.";
        ifMatch.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = SchemaPatterns.EntityTags };
        if (body is not null)
            body.Description = "What it is from now on.";
    }

    private static OpenApiParameter IdempotencyKey() => new()
    {
        Name = IdempotentRequests.Header,
        In = ParameterLocation.Header,
        Description = "Names this request, 1 to 255 printable ASCII characters: sent again within a day, it is not carried out again, and gets the same answer. 409 while it is "
            + "being carried out, 422 when the key was used for another request.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 257, Pattern = SchemaPatterns.IdempotencyKey },
    };
}
