namespace CloudNative.Metering.DeadLetters;

/// <summary>The states of dead letters; stored, so none is ever renamed.</summary>
public static class DeadLetterState
{
    /// <summary>Nobody has dealt with it.</summary>
    public const string Open = "open";

    /// <summary>A corrected event was given, which is not on the log yet.</summary>
    public const string Repaired = "repaired";

    /// <summary>Its event was put on the log again.</summary>
    public const string Replayed = "replayed";

    /// <summary>Somebody decided that it is not to be counted; final.</summary>
    public const string Discarded = "discarded";

    public static readonly IReadOnlyList<string> All = [Open, Repaired, Replayed, Discarded];
}

/// <summary>One dead letter in a list.</summary>
/// <param name="Id">Its name outside; letters are ordered by it.</param>
/// <param name="State">See <see cref="DeadLetterState"/>.</param>
/// <param name="Reason">See <see cref="DeadLetterReason"/>.</param>
/// <param name="Detail">What exactly was wrong, for people.</param>
/// <param name="Partition">The log's partition that the record stands in.</param>
/// <param name="Offset">Its place there.</param>
/// <param name="IngestedAt">The record's time in the log; 1970-01-01 where it had none.</param>
/// <param name="StoredAt">When it became a dead letter.</param>
/// <param name="Bytes">Length of the record's value.</param>
public sealed record DeadLetterSummary(
    Ulid Id, string State, string Reason, string Detail, int Partition, long Offset, DateTimeOffset IngestedAt, DateTimeOffset StoredAt, int Bytes);

/// <summary>One dead letter with all that is known of it.</summary>
/// <param name="Summary">What a list shows of it.</param>
/// <param name="Value">The record's value, byte for byte.</param>
/// <param name="Repaired">The corrected event; null when there is none.</param>
/// <param name="DiscardReason">Why it is not to be counted; null unless it is discarded.</param>
public sealed record StoredDeadLetter(DeadLetterSummary Summary, ReadOnlyMemory<byte> Value, ReadOnlyMemory<byte>? Repaired, string? DiscardReason)
{
    public string State => Summary.State;
}

/// <summary>Which dead letters; null means any.</summary>
public sealed record DeadLetterFilter
{
    /// <summary>By the record's time in the log, as in the ledger.</summary>
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public string? Reason { get; init; }

    public string? State { get; init; }

    /// <summary>Only letters older than this one.</summary>
    public Ulid? After { get; init; }

    public required int Limit { get; init; }
}
