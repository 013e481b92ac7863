using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Audit;
using CloudNative.Metering.DeadLetters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.DeadLetters;

internal static class DeadLetterEndpoints
{
    private const int MaxHistory = 100;

    public static IServiceCollection AddDeadLetters(this IServiceCollection services)
    {
        services.AddSingleton<DeadLetterList>();
        services.AddSingleton<DeadLetterDesk>();
        services.AddSingleton<DeadLetterReplay>();
        services.AddSingleton<AuditLog>();
        return services;
    }

    public static void MapDeadLetters(this RouteGroupBuilder api)
    {
        var letters = api.MapGroup("/dead-letters").WithTags("Dead letters");
        letters.MapListDeadLetters();
        letters.MapGet("/{id}", GetAsync).WithName("GetDeadLetter").RequireScope(ApiScope.DeadLettersRead).ProducesProblem(StatusCodes.Status404NotFound);
        letters.MapRepairDeadLetter();
        letters.MapReplayDeadLetters();
        letters.MapDiscardDeadLetter();
    }

    public static ApiProblem NotFound(string id) => Problem.NotFound($"There is no dead letter '{id}'.");

    public static ApiProblem WrongState(StoredDeadLetter letter, string wanted) => Problem.Conflict($"The dead letter is {letter.State}: it can't be {wanted}.");

    /// <summary>The letter as it is now, with its history.</summary>
    public static async Task<Ok<DeadLetterResponse>> AnswerAsync(
        StoredDeadLetter letter, ClaimsPrincipal user, AuditLog audit, CancellationToken cancellationToken)
    {
        var history = await audit.ListAsync(user.TenantId(), new AuditFilter { TargetId = letter.Summary.Id, Limit = MaxHistory }, cancellationToken);
        return TypedResults.Ok(DeadLetterResponse.From(letter, history));
    }

    /// <summary>Inspect a dead letter</summary>
    /// <remarks>Its original bytes, its corrected event where there is one, and what was done to it.</remarks>
    /// <param name="id">The dead letter's id.</param>
    internal static async Task<Results<Ok<DeadLetterResponse>, ApiProblem>> GetAsync(
        string id, ClaimsPrincipal user, DeadLetterList letters, AuditLog audit, CancellationToken cancellationToken)
    {
        if (!Ulid.TryParse(id, out var letterId) || await letters.FindAsync(user.TenantId(), [letterId], cancellationToken) is not [var letter])
            return NotFound(id);
        return await AnswerAsync(letter, user, audit, cancellationToken);
    }
}
