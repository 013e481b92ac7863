namespace CloudNative.Metering.Time;

/// <summary>
/// Where windows of local time begin as points in time. Only the zone's offset at given instants is asked: what the framework says of local times that do
/// not exist, or exist twice, is not the same for all zones.
/// </summary>
public static class CalendarWindow
{
    /// <summary>The first instant at which the zone's clock shows <paramref name="local"/>, or, where the clock jumps over it, the instant of the jump.</summary>
    public static DateTimeOffset FirstInstant(DateTime local, TimeZoneInfo zone)
    {
        // A day before and after, no zone is further away from UTC; two changes within two days have not happened.
        var utc = new DateTimeOffset(local.Ticks, TimeSpan.Zero);
        var (before, after) = (zone.GetUtcOffset(utc.AddDays(-1)), zone.GetUtcOffset(utc.AddDays(1)));
        var early = utc - (before > after ? before : after);
        var late = utc - (before > after ? after : before);
        if (ShowsAt(early))
            return early;
        return ShowsAt(late) ? late : Change(zone, utc.AddDays(-1), utc.AddDays(1));

        bool ShowsAt(DateTimeOffset instant) => instant + zone.GetUtcOffset(instant) == utc;
    }

    /// <summary>
    /// The start of an hour's window that begins at <paramref name="start"/> by the clock that shows at its end: where the clock was changed by less than an
    /// hour meanwhile, the hour begins with the change.
    /// </summary>
    public static DateTimeOffset HourStart(DateTimeOffset start, TimeZoneInfo zone) =>
        zone.GetUtcOffset(start).Minutes == zone.GetUtcOffset(start.AddHours(1).AddTicks(-1)).Minutes ? start : Change(zone, start, start.AddHours(1));

    /// <summary>The first instant with another offset than at the start of a range; there is one. Clocks are changed at whole minutes.</summary>
    private static DateTimeOffset Change(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        var (same, other) = (from.UtcTicks / TimeSpan.TicksPerMinute, to.UtcTicks / TimeSpan.TicksPerMinute);
        var offset = zone.GetUtcOffset(from);
        while (other - same > 1)
        {
            var middle = (same + other) / 2;
            if (zone.GetUtcOffset(At(middle)) == offset)
                same = middle;
            else
                other = middle;
        }

        return At(other);

        static DateTimeOffset At(long minute) => new(minute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
    }
}
