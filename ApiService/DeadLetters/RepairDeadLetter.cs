using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Events;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Audit;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.DeadLetters;

internal static class RepairDeadLetter
{
    public static void MapRepairDeadLetter(this RouteGroupBuilder letters) => letters.MapPut("/{id}/repair", HandleAsync)
        .WithName("RepairDeadLetter").RequireScope(ApiScope.DeadLettersWrite)
        .Accepts<CloudEvent>("application/cloudevents+json", "application/json")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Repair a dead letter</summary>
    /// <remarks>
    /// Keeps a corrected event beside the original bytes; it is checked as if it was ingested, and a 400 lists everything that is wrong. A second repair replaces
    /// the first. The event counts when the letter is replayed. 409: the letter is replayed or discarded.
    /// </remarks>
    /// <param name="id">The dead letter's id.</param>
    internal static async Task<Results<Ok<DeadLetterResponse>, ApiProblem>> HandleAsync(
        string id, HttpRequest request, ClaimsPrincipal user, DeadLetterDesk desk, AuditLog audit, RequestErrors errors, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        var events = UsageEventReader.Read(body.ToArray(), EventBody.One, errors, out var omitted);
        if (errors.Count > 0)
            return Problem.Validation(errors, omitted);

        if (!Ulid.TryParse(id, out var letterId))
            return DeadLetterEndpoints.NotFound(id);
        return await desk.RepairAsync(user.Actor(), letterId, events[0], cancellationToken) switch
        {
            { IsAllowed: true, Letter: { } letter } => await DeadLetterEndpoints.AnswerAsync(letter, user, audit, cancellationToken),
            { Letter: { } letter } => DeadLetterEndpoints.WrongState(letter, "repaired"),
            _ => DeadLetterEndpoints.NotFound(id),
        };
    }
}
