namespace CloudNative.AiGateway.Traffic;

/// <summary>How busy the gateway is: office hours in UTC, quieter at night and on weekends.</summary>
internal static class DayShape
{
    private const double Night = 0.25;
    private const double Weekend = 0.45;
    private const double BusiestHour = 14;

    /// <summary>Between 0 and 1; 1 on a weekday afternoon.</summary>
    public static double At(DateTimeOffset time)
    {
        var hoursFromPeak = time.UtcDateTime.TimeOfDay.TotalHours - BusiestHour;
        var daylight = (1 + Math.Cos(hoursFromPeak / 24 * 2 * Math.PI)) / 2;
        var ofWeek = time.UtcDateTime.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? Weekend : 1;
        return (Night + ((1 - Night) * daylight)) * ofWeek;
    }
}
