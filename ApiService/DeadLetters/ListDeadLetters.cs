using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.DeadLetters;

internal static class ListDeadLetters
{
    /// <summary>Which dead letters; all conditions must hold.</summary>
    /// <param name="From">Those whose record is of this time or later, RFC 3339; the same time as the ledger's.</param>
    /// <param name="To">Those whose record is from before this time, RFC 3339.</param>
    /// <param name="Reason"><c>unknown_tenant</c>, <c>invalid_event</c> or <c>store_refused</c>.</param>
    /// <param name="State"><c>open</c>, <c>repaired</c>, <c>replayed</c> or <c>discarded</c>.</param>
    /// <param name="Cursor">The <c>nextCursor</c> of the part before.</param>
    /// <param name="Limit">At most so many letters, 1 to 1000.</param>
    internal sealed record Parameters(
        string? From, string? To,
        [property: AllowedValues(DeadLetterReason.UnknownTenant, DeadLetterReason.InvalidEvent, DeadLetterReason.StoreRefused)] string? Reason,
        [property: AllowedValues(DeadLetterState.Open, DeadLetterState.Repaired, DeadLetterState.Replayed, DeadLetterState.Discarded)] string? State,
        [property: RegularExpression(SchemaPatterns.Ulid)] string? Cursor, string? Limit);

    public static void MapListDeadLetters(this RouteGroupBuilder letters) => letters.MapGet("/", HandleAsync).WithName("ListDeadLetters").RequireScope(ApiScope.DeadLettersRead);

    /// <summary>List dead letters</summary>
    /// <remarks>Newest first. Records that name no known tenant are nobody's, and are not listed here.</remarks>
    internal static async Task<Results<Ok<DeadLetterPage>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, DeadLetterList letters, RequestErrors errors, CancellationToken cancellationToken)
    {
        var limit = PageLimit.Read(parameters.Limit, errors);
        var filter = new DeadLetterFilter
        {
            From = TimeRange.Read("from", parameters.From, errors),
            To = TimeRange.Read("to", parameters.To, errors),
            Reason = OneOf("reason", parameters.Reason, DeadLetterReason.All, errors),
            State = OneOf("state", parameters.State, DeadLetterState.All, errors),
            After = UlidParameter.Read("cursor", parameters.Cursor, errors),
            Limit = limit + 1,
        };
        TimeRange.Check("from", filter.From, "to", filter.To, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var found = await letters.ListAsync(user.TenantId(), filter, cancellationToken);
        var (items, next) = PageLimit.Cut(found, limit, DeadLetterItem.From, letter => letter.Id.ToString());
        return TypedResults.Ok(new DeadLetterPage(items, next));
    }

    private static string? OneOf(string parameter, string? value, IReadOnlyList<string> known, List<FieldError> errors)
    {
        if (value is not null && !known.Contains(value))
            errors.Add(new FieldError(parameter, ErrorCodes.Invalid, $"Must be one of {string.Join(", ", known)}."));
        return value;
    }
}
