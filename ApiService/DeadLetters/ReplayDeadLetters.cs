using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Events;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Audit;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.DeadLetters;

internal static class ReplayDeadLetters
{
    private const int MaxSelection = 100;

    private const string RepairedMeanwhile = "The dead letter was repaired while its earlier event was put on the log: look at both before you replay it again.";

    /// <summary>Which letters.</summary>
    /// <param name="Ids">Their ids, 1 to 100.</param>
    internal sealed record Request([property: Required, MinLength(1), MaxLength(MaxSelection)] IReadOnlyList<string>? Ids);

    /// <summary>What became of each letter of a selection.</summary>
    /// <param name="Items">One entry an id, in the order of the request.</param>
    internal sealed record Response(IReadOnlyList<ReplayResult> Items);

    /// <summary>What became of one letter.</summary>
    /// <param name="Id">As sent.</param>
    /// <param name="Replayed">Whether its event is on the log now.</param>
    /// <param name="Refusal">Why it is not; absent when it is.</param>
    internal sealed record ReplayResult(string Id, bool Replayed, string? Refusal);

    public static void MapReplayDeadLetters(this RouteGroupBuilder letters)
    {
        letters.MapPost("/{id}/replay", ReplayAsync).WithName("ReplayDeadLetter").RequireScope(ApiScope.DeadLettersWrite)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        letters.MapPost("/replay", ReplaySelectionAsync).WithName("ReplayDeadLetters").RequireScope(ApiScope.DeadLettersWrite)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }

    /// <summary>Replay a dead letter</summary>
    /// <remarks>
    /// Puts its event (the corrected one, else the original) on the log again and answers when Kafka has acknowledged it. It is received and counted anew, by
    /// (source, id): once, however often it is replayed. An event without a time gets the time when it was first received. 400: the bytes are no event that the
    /// contract allows, and the letter must be repaired first. 409: the letter is discarded, or was repaired while its earlier event was
    /// put on the log.
    /// </remarks>
    /// <param name="id">The dead letter's id.</param>
    internal static async Task<Results<Ok<DeadLetterResponse>, ApiProblem>> ReplayAsync(
        string id, ClaimsPrincipal user, DeadLetterReplay replay, AuditLog audit, CancellationToken cancellationToken)
    {
        if (!Ulid.TryParse(id, out var letterId))
            return DeadLetterEndpoints.NotFound(id);
        try
        {
            var outcomes = await replay.ReplayAsync(user.Actor(), [letterId], cancellationToken);
            return outcomes[letterId] switch
            {
                { Letter: null } => DeadLetterEndpoints.NotFound(id),
                { IsReplayed: true, Letter: { } letter } => await DeadLetterEndpoints.AnswerAsync(letter, user, audit, cancellationToken),
                { Errors: { Count: > 0 } faults } => Problem.Validation(faults),
                { Letter.State: DeadLetterState.Repaired } => Problem.Conflict(RepairedMeanwhile),
                { Letter: { } letter } => DeadLetterEndpoints.WrongState(letter, "replayed"),
            };
        }
        catch (Exception e) when (PublishProblem.Of(e) is { } problem)
        {
            return problem;
        }
    }

    /// <summary>Replay a selection of dead letters</summary>
    /// <remarks>Those that can't be replayed do not keep the others from it. 503: none is known to be replayed; repeat the request, each event counts once.</remarks>
    /// <param name="body">Which letters.</param>
    internal static async Task<Results<Ok<Response>, ApiProblem>> ReplaySelectionAsync(
        Request body, ClaimsPrincipal user, DeadLetterReplay replay, RequestErrors errors, CancellationToken cancellationToken)
    {
        var ids = body.Ids ?? [];
        if (ids.Count == 0)
            errors.Add(new FieldError("ids", ErrorCodes.Required, "Name at least one dead letter."));
        if (ids.Count > MaxSelection)
            errors.Add(new FieldError("ids", ErrorCodes.TooMany, $"Name at most {MaxSelection} dead letters."));
        if (ids.Any(id => id is null))
            errors.Add(new FieldError("ids", ErrorCodes.Invalid, "Null is no dead letter's id."));
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var known = ids.Where(id => Ulid.TryParse(id, out _)).Select(Ulid.Parse).ToList();
        try
        {
            var outcomes = await replay.ReplayAsync(user.Actor(), known, cancellationToken);
            return TypedResults.Ok(new Response(
                [.. ids.Select(id => Describe(id, Ulid.TryParse(id, out var letterId) ? outcomes[letterId] : null))]));
        }
        catch (Exception e) when (PublishProblem.Of(e) is { } problem)
        {
            return problem;
        }
    }

    private static ReplayResult Describe(string id, ReplayOutcome? outcome) => outcome switch
    {
        { IsReplayed: true } => new ReplayResult(id, true, null),
        null or { Letter: null } => new ReplayResult(id, false, "There is no such dead letter."),
        { Errors: { Count: > 0 } errors } => new ReplayResult(
            id, false, $"Must be repaired first: {string.Join(' ', errors.Select(error => $"{error.Field}: {error.Message}"))}"),
        { Letter.State: DeadLetterState.Repaired } => new ReplayResult(id, false, RepairedMeanwhile),
        { Letter: { } letter } => new ReplayResult(id, false, $"The dead letter is {letter.State}."),
    };
}
