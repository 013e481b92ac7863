using System.Globalization;
using CloudNative.Web.Api;
using CloudNative.Web.Charts;
using Microsoft.AspNetCore.Http.Extensions;

namespace CloudNative.Web.Meters;

/// <summary>A span of time to look at; all but <c>Custom</c> end now.</summary>
public enum UsageRange
{
    Hour,
    Day,
    Week,
    Month,
    Custom,
}

/// <summary>What of a meter is shown. It lives in the page's address, so that a view can be shared and goes through reloads.</summary>
public sealed record MeterView
{
    /// <summary>More bars than this are narrower than a pixel or two on a laptop.</summary>
    private const int MaxWindows = 400;
    private const string DateFormat = "yyyy-MM-dd";

    public UsageRange Range { get; init; } = UsageRange.Day;

    /// <summary>Null: what suits the range.</summary>
    public WindowSize? ChosenWindow { get; init; }

    /// <summary><c>subject</c> or a dimension; null: not grouped.</summary>
    public string? GroupBy { get; init; }

    public string? Subject { get; init; }

    /// <summary>First and last day of a custom range, both included, UTC.</summary>
    public DateOnly? FirstDay { get; init; }

    public DateOnly? LastDay { get; init; }

    internal static MeterView Parse(string? range, string? window, string? groupBy, string? subject, (string? First, string? Last) days)
    {
        var first = Day(days.First);
        var last = Day(days.Last) ?? first;
        var parsed = Enum.TryParse<UsageRange>(range, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : UsageRange.Day;
        return new MeterView
        {
            Range = parsed == UsageRange.Custom && (first is null || last < first) ? UsageRange.Day : parsed,
            ChosenWindow = Enum.TryParse<WindowSize>(window, ignoreCase: true, out var size) && Enum.IsDefined(size) ? size : null,
            GroupBy = Given(groupBy),
            Subject = Given(subject),
            FirstDay = first,
            LastDay = last,
        };
    }

    public static string Address(string slug) => $"/meters/{Uri.EscapeDataString(slug)}";

    public string AddressOf(string slug) => Address(slug) + new QueryBuilder()
        .AddText("range", Range == UsageRange.Day ? null : Range.ToString().ToLowerInvariant())
        .AddText("window", ChosenWindow?.ToString().ToLowerInvariant())
        .AddText("by", GroupBy)
        .AddText("subject", Subject)
        .AddText("first", Range == UsageRange.Custom ? Text(FirstDay) : null)
        .AddText("last", Range == UsageRange.Custom ? Text(LastDay) : null);

    /// <summary>The list of exactly the events that make up one row.</summary>
    public string EventsOf(string slug, UsageRow row)
    {
        var isOfDimension = GroupBy is not (null or "subject");
        return "/events" + new QueryBuilder()
            .AddText("meter", slug)
            .AddTime("from", row.WindowStart)
            .AddTime("to", row.WindowEnd)
            .AddText("subject", GroupBy == "subject" ? row.Group(GroupBy) : Subject)
            .AddText("dimension", isOfDimension ? GroupBy : null)
            .AddText("value", isOfDimension ? row.Group(GroupBy) : null);
    }

    /// <summary>The range as the API is asked for it: whole windows, the last one being the one that is running.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Bounds(DateTimeOffset now)
    {
        if (Range == UsageRange.Custom && FirstDay is { } first && LastDay is { } last)
            return (Midnight(first), Midnight(last.AddDays(1)));
        var to = now.Ceiling(Window);
        return (to - Span(), to);
    }

    public WindowSize Window => ChosenWindow is { } chosen && Windows.Contains(chosen) ? chosen : Windows[0];

    /// <summary>The windows that make a readable chart of this range, best first.</summary>
    public IReadOnlyList<WindowSize> Windows => Range switch
    {
        UsageRange.Hour => [WindowSize.Minute],
        UsageRange.Day => [WindowSize.Hour],
        UsageRange.Week => [WindowSize.Hour, WindowSize.Day],
        UsageRange.Month => [WindowSize.Day],
        _ => [.. CustomWindows()],
    };

    private IEnumerable<WindowSize> CustomWindows()
    {
        var span = Span();
        var hourly = span / WindowSize.Hour.Length() <= MaxWindows;
        if (hourly)
            yield return WindowSize.Hour;
        if (!hourly || span > WindowSize.Day.Length())
            yield return WindowSize.Day;
    }

    private TimeSpan Span() => Range switch
    {
        UsageRange.Hour => TimeSpan.FromHours(1),
        UsageRange.Day => TimeSpan.FromDays(1),
        UsageRange.Week => TimeSpan.FromDays(7),
        UsageRange.Month => TimeSpan.FromDays(30),
        _ => TimeSpan.FromDays(LastDay!.Value.DayNumber - FirstDay!.Value.DayNumber + 1),
    };

    private static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static string? Text(DateOnly? day) => day?.ToString(DateFormat, CultureInfo.InvariantCulture);

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
