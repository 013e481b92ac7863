namespace CloudNative.Metering.Ledger;

/// <summary>The books: of every received event exactly one of the four others is true.</summary>
/// <param name="Received">Records taken from the log.</param>
/// <param name="Counted">New events that at least one meter counted.</param>
/// <param name="Duplicates">Events whose (tenant, source, id) was stored before.</param>
/// <param name="Unmatched">New events that no meter counted; stored all the same.</param>
/// <param name="DeadLettered">Records that could not be processed.</param>
public readonly record struct LedgerCounts(long Received, long Counted, long Duplicates, long Unmatched, long DeadLettered)
{
    internal static readonly LedgerCounts OneCounted = new(1, 1, 0, 0, 0);
    internal static readonly LedgerCounts OneDuplicate = new(1, 0, 1, 0, 0);
    internal static readonly LedgerCounts OneOfDifferentPayload = OneDuplicate with { DifferentPayload = 1 };
    internal static readonly LedgerCounts OneUnmatched = new(1, 0, 0, 1, 0);
    internal static readonly LedgerCounts OneDeadLettered = new(1, 0, 0, 0, 1);

    /// <summary>Of the duplicates: those whose bytes differ from the event that was counted.</summary>
    public long DifferentPayload { get; init; }

    public static LedgerCounts operator +(LedgerCounts left, LedgerCounts right) => Add(left, right);

    public static LedgerCounts Add(LedgerCounts left, LedgerCounts right) => new(
        left.Received + right.Received,
        left.Counted + right.Counted,
        left.Duplicates + right.Duplicates,
        left.Unmatched + right.Unmatched,
        left.DeadLettered + right.DeadLettered) { DifferentPayload = left.DifferentPayload + right.DifferentPayload };
}
