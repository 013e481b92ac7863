namespace CloudNative.Web.Api;

/// <summary>How much a meter has counted of what was stored before its creation.</summary>
/// <param name="Counted">Events that the meter counted of its past.</param>
/// <param name="Scanned">Stored events that were looked at.</param>
/// <param name="Total">How many there are to look at, an estimate; null before the first page.</param>
/// <param name="DroppedSegments">Parts of the past that retention dropped before they were looked at.</param>
/// <param name="Error">The last event that could not be counted, and why.</param>
public sealed record Backfill(long Counted, long Scanned, long? Total, int DroppedSegments, string? Error)
{
    /// <summary>0 to 100; null while nobody knows.</summary>
    public double? Percent => Total is > 0 and var total ? 100.0 * Math.Min(Scanned, total) / total : null;
}
