using System.Text;
using System.Text.Unicode;
using CloudNative.ApiService.Audit;
using CloudNative.ApiService.Json;
using CloudNative.Metering.Audit;
using CloudNative.Metering.DeadLetters;

namespace CloudNative.ApiService.DeadLetters;

/// <summary>One dead letter in a list.</summary>
/// <param name="Id">Its ULID.</param>
/// <param name="State"><c>open</c>, <c>repaired</c> (a corrected event waits for its replay), <c>replayed</c> or <c>discarded</c>.</param>
/// <param name="Reason"><c>unknown_tenant</c>, <c>invalid_event</c> or <c>store_refused</c>.</param>
/// <param name="Detail">What exactly was wrong, for people.</param>
/// <param name="Partition">The log's partition that the record stands in.</param>
/// <param name="Offset">Its place there.</param>
/// <param name="IngestedAt">The record's time in the log; 1970-01-01T00:00:00Z where it had none.</param>
/// <param name="StoredAt">When it became a dead letter.</param>
/// <param name="Bytes">How long its value is.</param>
internal sealed record DeadLetterItem(
    string Id, string State, string Reason, string Detail, int Partition, long Offset, DateTimeOffset IngestedAt, DateTimeOffset StoredAt, int Bytes)
{
    public static DeadLetterItem From(DeadLetterSummary letter) => new(
        letter.Id.ToString(), letter.State, letter.Reason, letter.Detail, letter.Partition, letter.Offset, letter.IngestedAt, letter.StoredAt, letter.Bytes);
}

/// <summary>A part of the list, newest first.</summary>
/// <param name="Items">The letters.</param>
/// <param name="NextCursor">To be sent as <c>cursor</c> for the next part; absent at the end.</param>
internal sealed record DeadLetterPage(IReadOnlyList<DeadLetterItem> Items, string? NextCursor);

/// <summary>One dead letter with all that is known of it.</summary>
/// <param name="Letter">As in the list.</param>
/// <param name="Text">The record's value, where it is valid UTF-8; absent otherwise.</param>
/// <param name="Base64">The record's value, byte for byte.</param>
/// <param name="Repaired">The corrected event; absent when there is none.</param>
/// <param name="DiscardReason">Why it is not to be counted; absent unless it is discarded.</param>
/// <param name="History">What was done to it, newest first; at most the last 100 actions.</param>
internal sealed record DeadLetterResponse(
    DeadLetterItem Letter, string? Text, string Base64, RawJson? Repaired, string? DiscardReason, IReadOnlyList<AuditItem> History)
{
    public static DeadLetterResponse From(StoredDeadLetter letter, IEnumerable<AuditEntry> history) => new(
        DeadLetterItem.From(letter.Summary),
        Utf8.IsValid(letter.Value.Span) ? Encoding.UTF8.GetString(letter.Value.Span) : null,
        Convert.ToBase64String(letter.Value.Span),
        letter.Repaired is { } repaired ? new RawJson(repaired) : null,
        letter.DiscardReason,
        [.. history.Select(AuditItem.From)]);
}
