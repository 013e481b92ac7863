using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.ApiKeys;

internal static class RotateApiKey
{
    private const int DefaultOverlap = 24 * 60 * 60;
    private const int MaxOverlap = 30 * DefaultOverlap;

    /// <summary>How to change over.</summary>
    /// <param name="OverlapSeconds">
    /// How long the old key stays good beside the new one, 0 to 2,592,000 (30 days), but never longer than it would have been. 0 revokes it at once.
    /// </param>
    internal sealed record Request([property: Range(0, MaxOverlap), DefaultValue(DefaultOverlap)] int? OverlapSeconds);

    public static void MapRotateApiKey(this RouteGroupBuilder keys) => keys.MapPost("/{id}/rotate", HandleAsync)
        .WithName("RotateApiKey")
        .AcceptsIdempotencyKey(answersSecret: true)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Rotate an API key</summary>
    /// <remarks>
    /// Creates a key with the same name and scopes that lasts as long as the old one was made for, and ends the old one after the overlap. The answer shows the
    /// new secret, this once. 403: the key in use may not do all that the rotated one may. 409: the key is revoked, expired or was rotated before.
    /// </remarks>
    /// <param name="id">The old key's id.</param>
    /// <param name="body">How to change over.</param>
    internal static async Task<Results<Created<NewApiKeyResponse>, ApiProblem>> HandleAsync(
        string id, Request body, ClaimsPrincipal user, ApiKeyDesk desk, TimeProvider clock, HttpResponse response, RequestErrors errors, CancellationToken cancellationToken)
    {
        if (body.OverlapSeconds is < 0 or > MaxOverlap)
            errors.Add(new FieldError("overlapSeconds", ErrorCodes.OutOfRange, $"Must be 0 to {MaxOverlap}."));
        if (errors.Count > 0)
            return Problem.Validation(errors);
        if (!Ulid.TryParse(id, out var keyId))
            return ApiKeyEndpoints.NotFound(id);

        var overlap = TimeSpan.FromSeconds(body.OverlapSeconds ?? DefaultOverlap);
        return await desk.RotateAsync(user.Actor(), keyId, overlap, user.Scopes(), cancellationToken) switch
        {
            { New: { } key } => CreateApiKey.Created(key, response, clock),
            { Old: null } => ApiKeyEndpoints.NotFound(id),
            { MissingScope: { } scope } => Problem.Forbidden(scope, $"The API key in use lacks the scope '{scope}', so it can't rotate a key that has it."),
            { Successor: { } successor } => Problem.Conflict("The key was rotated before.", successor.ToString()),
            _ => Problem.Conflict("The key is revoked or expired: create a new one."),
        };
    }
}
