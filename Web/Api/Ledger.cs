namespace CloudNative.Web.Api;

/// <summary>What became of the events received in one window: received = counted + duplicates + unmatched + dead-lettered.</summary>
public sealed record LedgerRow(
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    long Received,
    long Counted,
    long Duplicates,
    long Unmatched,
    long DeadLettered)
{
    /// <summary><c>balanced</c>, <c>unacknowledged</c>, <c>pending</c> or <c>missing</c>.</summary>
    public string State { get; init; } = "balanced";

    /// <summary>Events that were answered with 2xx.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Of the duplicates: ids that were given to two different events.</summary>
    public long DifferentPayload { get; init; }

    /// <summary>Acknowledged, not received, and not in the log any more.</summary>
    public long Missing { get; init; }

    /// <summary>Acknowledged and not received yet.</summary>
    public long Pending { get; init; }

    /// <summary>Received without a 2xx.</summary>
    public long Unacknowledged { get; init; }
}

/// <summary>Both sides of the books.</summary>
/// <param name="State">The worst of the windows.</param>
/// <param name="CountedUntil">Everything in the log before this time is counted; null when that is not known.</param>
/// <param name="Waiting">Records in the log that are not counted.</param>
/// <param name="Data">One row a window in which events arrived, oldest first.</param>
/// <param name="Recount">What came of counting closed hours again; null from an older API.</param>
public sealed record LedgerAnswer(string? State, DateTimeOffset? CountedUntil, long Waiting, IReadOnlyList<LedgerRow> Data, LedgerRecount? Recount);

/// <summary>The closed hours that were counted again, and those that differ from the books.</summary>
public sealed record LedgerRecount(int Hours, IReadOnlyList<DifferingHour> Differing);

/// <summary>An hour whose books are not what is stored.</summary>
public sealed record DifferingHour(DateTimeOffset Hour, DateTimeOffset CheckedAt, int Differences, string Detail);
