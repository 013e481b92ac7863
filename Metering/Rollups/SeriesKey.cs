using CloudNative.Metering.Events;

namespace CloudNative.Metering.Rollups;

/// <summary>Names a series. Rollups carry this key, not a generated number: it needs no look-up before a row can be added.</summary>
internal static class SeriesKey
{
    public static Guid Of(Ulid meterId, string subject, IReadOnlyList<string> dimensions) =>
        UsageEventKey.Of(meterId, [subject, .. dimensions]);
}

/// <summary>The grain of the rollups.</summary>
internal static class Minute
{
    public static DateTimeOffset Of(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
