using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.ApiKeys;

internal static class RenameApiKey
{
    /// <summary>What can change of a key; for other scopes or another end create another one.</summary>
    /// <param name="Name">For people, 1 to 256 characters.</param>
    internal sealed record Request([property: Required, MaxLength(ApiKey.MaxNameLength), RegularExpression(FieldLimits.NotBlankPattern)] string? Name);

    public static void MapRenameApiKey(this RouteGroupBuilder keys) => keys.MapPut("/{id}", HandleAsync)
        .WithName("RenameApiKey")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Rename an API key</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="body">Its new name.</param>
    internal static async Task<Results<Ok<ApiKeyResponse>, ApiProblem>> HandleAsync(
        string id, Request body, ClaimsPrincipal user, ApiKeyDesk desk, TimeProvider clock, RequestErrors errors, CancellationToken cancellationToken)
    {
        var name = KeyName.Read(body.Name, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);
        return Ulid.TryParse(id, out var keyId) && await desk.RenameAsync(user.Actor(), keyId, name, cancellationToken) is { } key
            ? TypedResults.Ok(ApiKeyResponse.From(key, clock.GetUtcNow()))
            : ApiKeyEndpoints.NotFound(id);
    }
}
