using CloudNative.Web.Api;

namespace CloudNative.Web.Charts;

/// <summary>The windows of a range, in UTC, where every day has 24 hours.</summary>
internal static class TimeWindows
{
    public static TimeSpan Length(this WindowSize window) => window switch
    {
        WindowSize.Minute => TimeSpan.FromMinutes(1),
        WindowSize.Hour => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    /// <summary>The start of the window that contains a time.</summary>
    public static DateTimeOffset Floor(this DateTimeOffset time, WindowSize window)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % window.Length().Ticks));
    }

    /// <summary>The end of the window that contains a time.</summary>
    public static DateTimeOffset Ceiling(this DateTimeOffset time, WindowSize window) => time.Floor(window) + window.Length();

    /// <summary>Every window start of <c>[from, to)</c>, so that windows without a row are drawn as gaps, in their place.</summary>
    public static IReadOnlyList<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to, WindowSize window)
    {
        var starts = new List<DateTimeOffset>();
        for (var start = from.Floor(window); start < to; start += window.Length())
            starts.Add(start);
        return starts;
    }
}
