using CloudNative.ApiService.Authentication;
using CloudNative.Metering.ApiKeys;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace CloudNative.ApiService.OpenApi;

/// <summary>The API's OpenAPI document and its page for people, both open to anybody.</summary>
internal static class ApiDocument
{
    private const string Bearer = "bearer";
    private const string KeyHeader = "apiKey";

    /// <summary>The way to send a portal token.</summary>
    public const string PortalToken = "portalToken";

    /// <summary>The ways to send a key.</summary>
    public static IReadOnlyList<string> Schemes { get; } = [Bearer, KeyHeader];

    private const string License = "Apache-2.0";

    private static readonly Dictionary<string, string> Tags = new()
    {
        ["API keys"] = "Who may do what.",
        ["Audit"] = "Who did what, and when.",
        ["Customers"] = "Payers, and the subjects whose usage is theirs.",
        ["Dead letters"] = "Accepted events that could not be processed: to be repaired and replayed, or discarded.",
        ["Events"] = "What happened: CloudEvents, sent once or again, and what became of each.",
        ["Ledger"] = "The books: what was acknowledged, and what was counted.",
        ["Portal"] = "A company's customers see their own usage, with tokens that end soon.",
        ["Meters"] = "What is counted, and how much it is.",
        ["Subjects"] = "Whom usage belongs to.",
        ["System"] = "How the system is.",
    };

    private const string Description = """
        Usage metering: send CloudEvents, define meters, ask for exact numbers.

        Authenticate with `Authorization: Bearer KEY` or `X-API-Key: KEY`. Each route needs a scope of the key:

        SCOPES

        Requests of a key, and of all keys of its tenant together, are counted against quotas; a request with many events is one request. `RateLimit-Policy` and
        `RateLimit` (draft-ietf-httpapi-ratelimit-headers) tell the quotas and what is left of them; beyond one the answer is 429 with `Retry-After`.

        Errors are RFC 9457 problems (`application/problem+json`);
        `extensions.validationErrors` lists everything that is wrong with a request. Unknown fields and unknown query parameters are errors. A method that an address
        does not know is answered with 405 and `Allow`. No text may hold the character U+0000.

        `X-Request-Id` names each request. A POST that creates takes an `Idempotency-Key`. Web pages of other origins may call the API when they are configured
        (`Cors:Origins`). A body has at most 4 MiB, a batch 5,000 events, an event 256 KiB, an address 8 KiB (beyond it 414, without a body). Times are RFC 3339.
        """;

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        // Several actions have a Request of their own.
        options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } id
            ? type.Type is { Name: "Request" or "Response", DeclaringType: { } action } ? action.Name + id : id
            : null;
        options.AddDocumentTransformer((document, _, _) =>
        {
            Describe(document);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer<ApiSchemas>();
        options.AddOperationTransformer<ApiOperations>();
        options.AddOperationTransformer<CloudEventBodies>();
        options.AddOperationTransformer<JsonParameters>();
        options.AddOperationTransformer<AnswerFields>();
    });

    public static WebApplication MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi().AllowAnonymous();
        app.MapScalarApiReference("/scalar", options => options
            .WithTitle("CloudNative Metering API")
            // Everything comes from this process and stays with it: no fonts from elsewhere, no services of Scalar's.
            .WithNonce().DisableDefaultFonts().DisableTelemetry().HideDeveloperTools().DisableAgent().DisableMcp()
            .AddPreferredSecuritySchemes(Bearer)).AllowAnonymous();
        return app;
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info.Title = "CloudNative Metering API";
        document.Info.License = new OpenApiLicense { Name = License, Identifier = License };
        document.Servers = [new OpenApiServer { Url = "/", Description = "Where this document comes from." }];
        document.Info.Description = Description.Replace(
            "SCOPES", string.Join('\n', ApiScope.All.Select(scope => $"- `{scope.Scope}`: {scope.Allows}")), StringComparison.Ordinal);
        document.Components ??= new OpenApiComponents();
        foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>())
            tag.Description = Tags.GetValueOrDefault(tag.Name ?? "");
        AnswerFields.Describe(document.Components);
        ApiExamples.Describe(document.Components);
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key." },
            [KeyHeader] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = ApiKeyAuthenticationHandler.KeyHeader,
                Description = "An API key.",
            },
            [PortalToken] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A portal token, taken on the portal's routes only." },
        };
    }
}
