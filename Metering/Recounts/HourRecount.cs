namespace CloudNative.Metering.Recounts;

/// <summary>One closed hour of ingest of one tenant, counted again from what is stored.</summary>
/// <param name="TenantId">Whose hour.</param>
/// <param name="Hour">Its start, UTC.</param>
/// <param name="CheckedAt">When it was counted.</param>
/// <param name="Differences">How many counts do not agree; 0 is what it always has to be.</param>
/// <param name="Detail">Which, for people; at most 2,000 characters; empty when all agree.</param>
public sealed record HourRecount(Ulid TenantId, DateTimeOffset Hour, DateTimeOffset CheckedAt, int Differences, string Detail)
{
    /// <summary>Events that were acknowledged in the hour and never received, as <see cref="Ledger.LedgerRow.Missing"/>; 0 is what it always has to be.</summary>
    public long Missing { get; init; }
}
