namespace CloudNative.Metering.Client;

/// <summary>The answer to a <see cref="UsageQuery"/>.</summary>
/// <param name="Data">Ordered by window, subject and dimensions; windows without events have no row.</param>
/// <param name="Incomplete">The meter has not counted yet all that was stored before its creation: what is here is right, but more will come.</param>
public sealed record Usage(IReadOnlyList<UsageRow> Data, bool Incomplete = false);

/// <summary>One window of one group.</summary>
/// <param name="Value">The exact number.</param>
/// <param name="WindowStart">Inclusive, in the query's time zone.</param>
/// <param name="WindowEnd">Exclusive, in the query's time zone.</param>
/// <param name="Subject">Null unless the query groups or filters by subject.</param>
/// <param name="GroupBy">Values of the dimensions grouped by; the empty text where events had none.</param>
public sealed record UsageRow(
    ExactNumber Value, DateTimeOffset WindowStart, DateTimeOffset WindowEnd, string? Subject, IReadOnlyDictionary<string, string?> GroupBy);
