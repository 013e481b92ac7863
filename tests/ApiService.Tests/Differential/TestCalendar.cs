using CloudNative.Metering.Rollups;
using NodaTime;
using NodaTime.TimeZones;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>Windows and moments of interest by NodaTime: another implementation of calendars, with time zone data of its own.</summary>
internal static class TestCalendar
{
    /// <summary>Odd offsets, changes by half an hour, a day that was left out, changes at midnight, a zone that is on summer time but for Ramadan.</summary>
    public static readonly IReadOnlyList<string> Zones =
    [
        "UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca", "America/Havana", "Africa/Cairo",
    ];

    // What a country decided later, NodaTime may know and the machine not, or the other way round.
    private static readonly Instant First = Instant.FromUtc(2012, 1, 1, 0, 0);
    private static readonly Instant Last = Instant.FromUtc(2025, 1, 1, 0, 0);

    private static readonly ZoneLocalMappingResolver FirstOfBoth =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>Changes of the zone's clock, leap days and ends of years, and the day that Samoa left out.</summary>
    public static IReadOnlyList<DateTimeOffset> Moments(string zoneId)
    {
        var zone = Zone(zoneId);
        IEnumerable<Instant> calendar =
        [
            .. zone.GetZoneIntervals(First, Last).Skip(1).Select(interval => interval.Start),
            zone.AtStartOfDay(new LocalDate(2024, 3, 1)).ToInstant(), zone.AtStartOfDay(new LocalDate(2024, 2, 29)).ToInstant(),
            zone.AtStartOfDay(new LocalDate(2025, 1, 1)).ToInstant(), zone.AtStartOfDay(new LocalDate(2021, 1, 1)).ToInstant(),
            Instant.FromUtc(2011, 12, 30, 10, 0),
        ];
        return [.. calendar.Select(instant => instant.ToDateTimeOffset())];
    }

    public static (DateTimeOffset Start, DateTimeOffset End) WindowOf(DateTimeOffset time, WindowSize size, string zoneId)
    {
        var zone = Zone(zoneId);
        var instant = Instant.FromDateTimeOffset(time);
        var local = instant.InZone(zone).LocalDateTime;
        var monday = local.Date.PlusDays(1 - (int)local.DayOfWeek);
        return size switch
        {
            WindowSize.Minute => Within(zone, instant, local, TimeAdjusters.TruncateToMinute, Duration.FromMinutes(1)),
            WindowSize.Hour => Within(zone, instant, local, TimeAdjusters.TruncateToHour, Duration.FromHours(1)),
            WindowSize.Day => Between(zone, local.Date, local.Date.PlusDays(1)),
            WindowSize.Week => Between(zone, monday, monday.PlusDays(7)),
            _ => Between(zone, new LocalDate(local.Year, local.Month, 1), new LocalDate(local.Year, local.Month, 1).PlusMonths(1)),
        };
    }

    public static DateTimeOffset InZone(DateTimeOffset time, string zoneId) => Instant.FromDateTimeOffset(time).InZone(Zone(zoneId)).ToDateTimeOffset();

    private static (DateTimeOffset Start, DateTimeOffset End) Between(DateTimeZone zone, LocalDate first, LocalDate next) =>
        (zone.ResolveLocal(first.AtMidnight(), FirstOfBoth).ToDateTimeOffset(), zone.ResolveLocal(next.AtMidnight(), FirstOfBoth).ToDateTimeOffset());

    /// <summary>A part of the day by the clock that shows; one that a change of the clock cuts begins with the change.</summary>
    private static (DateTimeOffset Start, DateTimeOffset End) Within(
        DateTimeZone zone, Instant instant, LocalDateTime local, Func<LocalTime, LocalTime> truncate, Duration length)
    {
        var interval = zone.GetZoneInterval(instant);
        var start = local.With(truncate).WithOffset(interval.WallOffset).ToInstant();
        var cut = interval.HasStart ? Instant.Max(start, interval.Start) : start;
        return (cut.ToDateTimeOffset(), (start + length).ToDateTimeOffset());
    }

    private static DateTimeZone Zone(string id) => DateTimeZoneProviders.Tzdb[id];
}
