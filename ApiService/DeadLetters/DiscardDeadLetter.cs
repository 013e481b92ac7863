using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Audit;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.DeadLetters;

internal static class DiscardDeadLetter
{
    private const int MaxReasonLength = 1000;

    /// <summary>Why a letter is not to be counted.</summary>
    /// <param name="Reason">For people, 1 to 1000 characters.</param>
    internal sealed record Request([property: Required, MaxLength(MaxReasonLength), RegularExpression(FieldLimits.NotBlankPattern)] string? Reason);

    public static void MapDiscardDeadLetter(this RouteGroupBuilder letters) => letters.MapPost("/{id}/discard", HandleAsync)
        .WithName("DiscardDeadLetter").RequireScope(ApiScope.DeadLettersWrite)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Discard a dead letter</summary>
    /// <remarks>
    /// Decides that it is not to be counted. That is final, but its bytes stay: they can be sent as a new event. 409: the letter is replayed or discarded.
    /// </remarks>
    /// <param name="id">The dead letter's id.</param>
    /// <param name="body">Why.</param>
    internal static async Task<Results<Ok<DeadLetterResponse>, ApiProblem>> HandleAsync(
        string id, Request body, ClaimsPrincipal user, DeadLetterDesk desk, AuditLog audit, RequestErrors errors, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(body.Reason))
            errors.Add(new FieldError("reason", ErrorCodes.Required, "Say why it is not to be counted."));
        else if (TextLength.IsMore(body.Reason, MaxReasonLength))
            errors.Add(new FieldError("reason", ErrorCodes.TooLong, $"Has at most {MaxReasonLength} characters."));
        StorableText.Check("reason", [body.Reason], errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        if (!Ulid.TryParse(id, out var letterId))
            return DeadLetterEndpoints.NotFound(id);
        return await desk.DiscardAsync(user.Actor(), letterId, body.Reason!, cancellationToken) switch
        {
            { IsAllowed: true, Letter: { } letter } => await DeadLetterEndpoints.AnswerAsync(letter, user, audit, cancellationToken),
            { Letter: { } letter } => DeadLetterEndpoints.WrongState(letter, "discarded"),
            _ => DeadLetterEndpoints.NotFound(id),
        };
    }
}
