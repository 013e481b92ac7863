using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.ApiKeys;

internal static class CreateApiKey
{
    /// <summary>A key to create.</summary>
    /// <param name="Name">For people, 1 to 256 characters; need not be unique.</param>
    /// <param name="Scopes">What the key may do, at least one; only what the key in use may do, too.</param>
    /// <param name="ExpiresAt">From then on the key is refused, RFC 3339, in the future; absent: never.</param>
    internal sealed record Request(
        [property: Required, MaxLength(ApiKey.MaxNameLength), RegularExpression(FieldLimits.NotBlankPattern)] string? Name,
        [property: Required, MinLength(1)] IReadOnlyList<string?>? Scopes,
        DateTimeOffset? ExpiresAt);

    public static void MapCreateApiKey(this RouteGroupBuilder keys) => keys.MapPost("/", HandleAsync)
        .WithName("CreateApiKey")
        .AcceptsIdempotencyKey(answersSecret: true)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Create an API key</summary>
    /// <remarks>The answer shows the secret, this once. 403: the key in use may not do all that the new one should.</remarks>
    /// <param name="body">What the key may do, and for how long.</param>
    internal static async Task<Results<Created<NewApiKeyResponse>, ApiProblem>> HandleAsync(
        Request body, ClaimsPrincipal user, ApiKeyDesk desk, TimeProvider clock, HttpResponse response, RequestErrors errors, CancellationToken cancellationToken)
    {
        var name = KeyName.Read(body.Name, errors);
        var scopes = ReadScopes(body.Scopes ?? [], errors);
        if (body.ExpiresAt <= clock.GetUtcNow())
            errors.Add(new FieldError("expiresAt", ErrorCodes.OutOfRange, "Must be in the future."));
        if (errors.Count > 0)
            return Problem.Validation(errors);
        if (Array.Find(scopes, scope => !user.HasScope(scope)) is { } missing)
            return Problem.Forbidden(missing, $"The API key in use lacks the scope '{missing}', so it can't grant it.");

        var key = await desk.CreateAsync(user.Actor(), name, scopes, body.ExpiresAt?.ToUniversalTime(), cancellationToken);
        return Created(key, response, clock);
    }

    public static Created<NewApiKeyResponse> Created(NewApiKey key, HttpResponse response, TimeProvider clock)
    {
        response.Headers[HeaderNames.CacheControl] = "no-store";
        return TypedResults.Created($"{Api.BasePath}/api-keys/{key.Key.Id}", NewApiKeyResponse.From(key, clock.GetUtcNow()));
    }

    private static string[] ReadScopes(IReadOnlyList<string?> scopes, List<FieldError> errors)
    {
        if (scopes.Count == 0)
            errors.Add(new FieldError("scopes", ErrorCodes.Required, "Name at least one scope."));
        foreach (var (index, scope) in scopes.Index().Where(entry => entry.Item is null || !ApiScope.IsKnown(entry.Item)))
            errors.Add(new FieldError($"scopes[{index}]", ErrorCodes.Unknown, $"There is no such scope; known are {string.Join(", ", ApiScope.All.Select(known => known.Scope))}."));
        return [.. scopes.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
    }
}
