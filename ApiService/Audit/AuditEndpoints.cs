using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Json;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Audit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Audit;

/// <summary>One thing that somebody did.</summary>
/// <param name="Id">Its ULID.</param>
/// <param name="At">When it was done.</param>
/// <param name="ApiKeyId">The key that did it.</param>
/// <param name="Action">
/// <c>dead_letter.repaired</c>, <c>dead_letter.replayed</c>, <c>dead_letter.discarded</c>; <c>api_key.created</c>, <c>api_key.renamed</c>, <c>api_key.rotated</c> or
/// <c>api_key.revoked</c>.
/// </param>
/// <param name="TargetId">What it was done to: the id of the dead letter or of the key.</param>
/// <param name="Before">
/// What the target was before. A dead letter: <c>state</c>, and <c>event</c> or <c>reason</c> where there is one. A key: <c>name</c>, <c>scopes</c>, and
/// <c>expiresAt</c>, <c>revokedAt</c> and <c>rotatedFrom</c> where there is one; nothing when it was created.
/// </param>
/// <param name="After">What it is since, in the same form.</param>
internal sealed record AuditItem(string Id, DateTimeOffset At, string ApiKeyId, string Action, string TargetId, RawJson Before, RawJson After)
{
    public static AuditItem From(AuditEntry entry) => new(
        entry.Id.ToString(), entry.At, entry.ApiKeyId.ToString(), entry.Action, entry.TargetId.ToString(), new RawJson(entry.Before), new RawJson(entry.After));
}

internal static class AuditEndpoints
{
    /// <summary>Which entries; all conditions must hold.</summary>
    /// <param name="From">At or after this time, RFC 3339.</param>
    /// <param name="To">Before this time, RFC 3339.</param>
    /// <param name="TargetId">Only what was done to this.</param>
    /// <param name="Cursor">The <c>nextCursor</c> of the part before.</param>
    /// <param name="Limit">At most so many entries, 1 to 1000.</param>
    internal sealed record Parameters(
        string? From, string? To, [property: RegularExpression(SchemaPatterns.Ulid)] string? TargetId, [property: RegularExpression(SchemaPatterns.Ulid)] string? Cursor, string? Limit);

    /// <summary>A part of the list, newest first.</summary>
    /// <param name="Items">The entries.</param>
    /// <param name="NextCursor">To be sent as <c>cursor</c> for the next part; absent at the end.</param>
    internal sealed record AuditPage(IReadOnlyList<AuditItem> Items, string? NextCursor);

    public static void MapAudit(this RouteGroupBuilder api) => api.MapGet("/audit", ListAsync).WithName("ListAudit").WithTags("Audit")
        .RequireScope(ApiScope.AuditRead);

    /// <summary>List what was done</summary>
    /// <remarks>Newest first. Entries are never changed and never deleted.</remarks>
    internal static async Task<Results<Ok<AuditPage>, ApiProblem>> ListAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, AuditLog audit, RequestErrors errors, CancellationToken cancellationToken)
    {
        var limit = PageLimit.Read(parameters.Limit, errors);
        var filter = new AuditFilter
        {
            From = TimeRange.Read("from", parameters.From, errors),
            To = TimeRange.Read("to", parameters.To, errors),
            TargetId = UlidParameter.Read("targetId", parameters.TargetId, errors),
            After = UlidParameter.Read("cursor", parameters.Cursor, errors),
            Limit = limit + 1,
        };
        TimeRange.Check("from", filter.From, "to", filter.To, errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var entries = await audit.ListAsync(user.TenantId(), filter, cancellationToken);
        var (items, next) = PageLimit.Cut(entries, limit, AuditItem.From, entry => entry.Id.ToString());
        return TypedResults.Ok(new AuditPage(items, next));
    }
}
