using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Edge;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Portal;
using CloudNative.Metering.Time;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.Portal;

internal static class PortalEndpoints
{
    /// <summary>Which tokens.</summary>
    /// <param name="Subject">Only those of this subject.</param>
    /// <param name="Cursor">The id of the last token of the part before; absent: the newest.</param>
    /// <param name="Limit">At most so many tokens, 1 to 1000.</param>
    internal sealed record Parameters([property: MinLength(1)] string? Subject, [property: RegularExpression(SchemaPatterns.Ulid)] string? Cursor, string? Limit);

    /// <summary>Which tokens to invalidate: exactly one of both.</summary>
    internal sealed record Invalidation
    {
        /// <summary>The token with this id.</summary>
        [NeverNull, RegularExpression(SchemaPatterns.Ulid)]
        public string? Id { get; init; }

        /// <summary>Every token of this subject.</summary>
        [NeverNull, MinLength(1)]
        public string? Subject { get; init; }
    }

    public static IServiceCollection AddPortal(this IServiceCollection services)
    {
        services.AddOptions<PortalOptions>().BindConfiguration(PortalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PortalTokenStore>();
        services.AddSingleton<PortalTokenLookup>();
        services.AddCors();
        const string scheme = PortalTokenAuthenticationHandler.SchemeName;
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, PortalTokenAuthenticationHandler>(scheme, configureOptions: null);
        // At Information the handler tells of every refused request: whoever guesses tokens would fill the log.
        services.AddLogging(logging => logging.AddFilter(typeof(PortalTokenAuthenticationHandler).FullName, LogLevel.Warning));
        // A token is never looked up as an API key, nor a key as a token.
        services.Configure<AuthenticationSchemeOptions>(
            ApiKeyAuthenticationHandler.SchemeName, keys => keys.ForwardDefaultSelector = context => PortalRoute.IsAskedFor(context) ? scheme : null);
        return services;
    }

    public static void MapPortalTokens(this RouteGroupBuilder api)
    {
        var tokens = api.MapGroup("/portal/tokens").WithTags("Portal");
        tokens.MapCreatePortalToken();
        tokens.MapGet("/", ListAsync).WithName("ListPortalTokens").RequireScope(ApiScope.PortalRead);
        tokens.MapPost("/invalidate", InvalidateAsync).WithName("InvalidatePortalTokens").RequireScope(ApiScope.PortalWrite)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }

    public static void MapPortal(this WebApplication app)
    {
        var portal = app.MapGroup($"{Api.BasePath}/portal/meters").WithTags("Portal").RequirePortalToken().RefuseUnacceptable().RefuseUnknownParameters().ProducesCommonProblems();
        portal.AllowOrigins(app.Services.GetRequiredService<IOptions<PortalOptions>>().Value);
        portal.MapQueryPortalMeter();
    }

    /// <summary>List portal tokens</summary>
    /// <remarks>Newest first, never the tokens themselves. A part with fewer than the limit is the last. Those that have ended are in the list for 7 days after they expire.</remarks>
    internal static async Task<Results<Ok<PortalTokenResponse[]>, ApiProblem>> ListAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, PortalTokenStore tokens, TimeProvider clock, RequestErrors errors, CancellationToken cancellationToken)
    {
        var limit = PageLimit.Read(parameters.Limit, errors);
        var after = UlidParameter.Read("cursor", parameters.Cursor, errors);
        if (parameters.Subject is not null)
            PortalSubject.Check(parameters.Subject, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var now = clock.GetUtcNow();
        var found = await tokens.ListAsync(user.TenantId(), parameters.Subject, after, limit, cancellationToken);
        return TypedResults.Ok(found.Select(token => PortalTokenResponse.From(token, now)).ToArray());
    }

    /// <summary>Invalidate portal tokens</summary>
    /// <remarks>By id or by subject. They are refused from now on, at once by every process of the API. 404: there is no token with that id.</remarks>
    /// <param name="body">Which ones.</param>
    internal static async Task<Results<NoContent, ApiProblem>> InvalidateAsync(
        Invalidation body, ClaimsPrincipal user, PortalTokenStore tokens, TimeProvider clock, RequestErrors errors, CancellationToken cancellationToken)
    {
        if (body is { Id: null, Subject: null } or { Id: not null, Subject: not null })
            errors.Add(new FieldError("id", ErrorCodes.Required, "Exactly one of id and subject is needed."));
        var id = UlidParameter.Read("id", body.Id, errors);
        if (body.Subject is not null)
            PortalSubject.Check(body.Subject, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var now = clock.GetUtcMicroseconds();
        if (body.Subject is { } subject)
            await tokens.InvalidateAsync(user.TenantId(), subject, now, cancellationToken);
        else if (!await tokens.InvalidateAsync(user.TenantId(), id!.Value, now, cancellationToken))
            return Problem.NotFound($"There is no portal token '{body.Id}'.");
        return TypedResults.NoContent();
    }
}
