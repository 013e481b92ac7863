using System.Text.Json;

namespace CloudNative.Metering.Events;

/// <summary>One CloudEvents 1.0 event, read once and kept with the bytes it arrived in.</summary>
/// <param name="Id">CloudEvents <c>id</c>; with <paramref name="Source"/> it names the event within its tenant.</param>
/// <param name="Source">CloudEvents <c>source</c>, a URI-reference.</param>
/// <param name="Type">CloudEvents <c>type</c>; meters choose their events by it.</param>
/// <param name="Subject">CloudEvents <c>subject</c>: whom the usage belongs to.</param>
/// <param name="Time">CloudEvents <c>time</c> in UTC, to the microsecond; null when absent: the time of ingest counts.</param>
/// <param name="Json">The whole event, byte for byte as received.</param>
/// <param name="Data">The <c>data</c> object inside <paramref name="Json"/>; empty when absent or null.</param>
public sealed record UsageEvent(
    string Id, string Source, string Type, string Subject, DateTimeOffset? Time, ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Data)
{
    /// <summary>The data as a document, to be disposed; null when there is none.</summary>
    public JsonDocument? ParseData() => Data.IsEmpty ? null : JsonDocument.Parse(Data);
}
