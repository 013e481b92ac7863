using System.Globalization;

namespace CloudNative.Metering.Rollups;

/// <summary>Where an event stands among others: by its time, then by its ingest, then by its place in the log. No two events stand in one place.</summary>
internal readonly record struct EventOrder(DateTimeOffset Time, DateTimeOffset IngestedAt, int StreamId, int Partition, long Offset) : IComparable<EventOrder>
{
    public int CompareTo(EventOrder other) =>
        (Time, IngestedAt, StreamId, Partition, Offset).CompareTo((other.Time, other.IngestedAt, other.StreamId, other.Partition, other.Offset));
}

/// <summary>A value and the place of its event.</summary>
internal sealed record LatestValue(EventOrder At, decimal Value)
{
    /// <summary>Position of the value in the array, counted from 1.</summary>
    public const int ValueIndex = 6;

    /// <summary>As PostgreSQL's <c>numeric[]</c>, which compares as <see cref="EventOrder"/> does: the greatest array is the latest value.</summary>
    public string ToSqlText() => string.Create(
        CultureInfo.InvariantCulture, $"{{{Microseconds(At.Time)},{Microseconds(At.IngestedAt)},{At.StreamId},{At.Partition},{At.Offset},{Value}}}");

    private static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
}
