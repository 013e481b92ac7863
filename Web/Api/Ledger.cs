namespace CloudNative.Web.Api;

/// <summary>What became of the events received in one window: received = counted + duplicates + unmatched + dead-lettered.</summary>
public sealed record LedgerRow(
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    long Received,
    long Counted,
    long Duplicates,
    long Unmatched,
    long DeadLettered);

internal sealed record LedgerAnswer(IReadOnlyList<LedgerRow> Data);
