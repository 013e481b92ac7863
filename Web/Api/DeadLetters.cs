using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;

namespace CloudNative.Web.Api;

/// <summary>Which dead letters to list, newest first. Null or empty means any.</summary>
internal sealed record DeadLetterFilter(string? State, string? Reason, int Limit)
{
    public override string ToString() => new QueryBuilder()
        .AddText("state", State)
        .AddText("reason", Reason)
        .AddText("limit", Limit.ToString(CultureInfo.InvariantCulture))
        .ToString();
}

internal sealed record DeadLetterPage(IReadOnlyList<DeadLetterItem> Items);

/// <summary>An accepted event that could not be processed.</summary>
public sealed record DeadLetterItem(
    string Id, string State, string Reason, string Detail, int Partition, long Offset, DateTimeOffset IngestedAt, DateTimeOffset StoredAt, int Bytes)
{
    /// <summary>Nobody has replayed or discarded it.</summary>
    public bool IsUndecided => State is "open" or "repaired";
}

/// <summary>One dead letter with all that is known of it.</summary>
/// <param name="Letter">As in the list.</param>
/// <param name="Text">Its bytes as text; null when they are none.</param>
/// <param name="Base64">Its bytes.</param>
/// <param name="Repaired">The corrected event; null when there is none.</param>
/// <param name="DiscardReason">Why it is not to be counted; null unless it is discarded.</param>
/// <param name="History">What was done to it, newest first.</param>
public sealed record DeadLetter(
    DeadLetterItem Letter, string? Text, string Base64, JsonElement? Repaired, string? DiscardReason, IReadOnlyList<AuditItem> History);

/// <summary>One thing that somebody did.</summary>
public sealed record AuditItem(string Id, DateTimeOffset At, string ApiKeyId, string Action);

internal sealed record ReplayAnswer(IReadOnlyList<ReplayResult> Items);

/// <summary>What became of one letter of a replay.</summary>
internal sealed record ReplayResult(string Id, bool Replayed, string? Refusal);
