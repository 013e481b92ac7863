namespace CloudNative.Metering.Rollups;

/// <summary>A stretch of time that is answered from rollups of one grain: 0 for minutes, or 1 or 24 hours.</summary>
internal readonly record struct RollupPiece(short Hours, DateTimeOffset From, DateTimeOffset To);

/// <summary>Cuts a range of whole minutes into the coarsest rollups that fit: into the range, into the query's windows, and before what is not rolled up yet.</summary>
internal static class RollupPieces
{
    public static IReadOnlyList<RollupPiece> Cut(UsageQuery query, DateTimeOffset from, DateTimeOffset to, RollupSeals seals)
    {
        var days = Inner(from, to, TimeSpan.FromDays(1), WholeDaysSince(query), seals.DaysUntil);
        var whole = WholeHoursSince(query) is var since && since > seals.HoursSince ? since : seals.HoursSince;
        RollupPiece[] pieces =
            [.. Hours(from, days.From, whole, seals.HoursUntil), new(24, days.From, days.To), .. Hours(days.To, to, whole, seals.HoursUntil)];
        return [.. pieces.Where(piece => piece.From < piece.To).OrderBy(piece => piece.Hours)];
    }

    private static RollupPiece[] Hours(DateTimeOffset from, DateTimeOffset to, DateTimeOffset since, DateTimeOffset until)
    {
        var hours = Inner(from, to, TimeSpan.FromHours(1), since, until);
        return [new(0, from, hours.From), new(1, hours.From, hours.To), new(0, hours.To, to)];
    }

    /// <summary>The whole units inside a range, between two borders; an empty stretch at the range's start when there are none.</summary>
    private static (DateTimeOffset From, DateTimeOffset To) Inner(DateTimeOffset from, DateTimeOffset to, TimeSpan unit, DateTimeOffset since, DateTimeOffset until)
    {
        var start = since > from ? since : from;
        var end = until < to ? until : to;
        var first = start.UtcTicks + (unit.Ticks - start.UtcTicks % unit.Ticks) % unit.Ticks;
        var last = end.UtcTicks - end.UtcTicks % unit.Ticks;
        return first < last ? (new(first, TimeSpan.Zero), new(last, TimeSpan.Zero)) : (from, from);
    }

    // An hour of UTC lies in one window where the zone is whole hours away from UTC. Some were not in former times.
    private static DateTimeOffset WholeHoursSince(UsageQuery query) => query.WindowSize switch
    {
        null => DateTimeOffset.MinValue,
        WindowSize.Minute => DateTimeOffset.MaxValue,
        _ when !IsWholeHours(query.TimeZone.BaseUtcOffset) => DateTimeOffset.MaxValue,
        _ => query.TimeZone.GetAdjustmentRules()
            .Where(rule => !IsWholeHours(rule.BaseUtcOffsetDelta) || !IsWholeHours(rule.DaylightDelta))
            .Select(rule => rule.DateEnd < DateTime.MaxValue.AddDays(-2) ? new DateTimeOffset(rule.DateEnd.AddDays(2), TimeSpan.Zero) : DateTimeOffset.MaxValue)
            .DefaultIfEmpty(DateTimeOffset.MinValue).Max(),
    };

    private static DateTimeOffset WholeDaysSince(UsageQuery query) => query.WindowSize switch
    {
        null => DateTimeOffset.MinValue,
        WindowSize.Minute or WindowSize.Hour => DateTimeOffset.MaxValue,
        _ => query.TimeZone.BaseUtcOffset == TimeSpan.Zero && !query.TimeZone.SupportsDaylightSavingTime && query.TimeZone.GetAdjustmentRules().Length == 0
            ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue,
    };

    private static bool IsWholeHours(TimeSpan offset) => offset.Ticks % TimeSpan.TicksPerHour == 0;
}
