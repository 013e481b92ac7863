using System.Globalization;
using System.Text.RegularExpressions;

namespace CloudNative.Metering.Time;

/// <summary>
/// RFC 3339 timestamps, as the API takes them. The BCL's own parsers take a time without an offset as local time, and refuse the
/// nine fraction digits that Go's clients send.
/// </summary>
public static partial class Rfc3339
{
    public const string Expected = "an RFC 3339 time such as 2026-01-31T23:59:59.5Z, of the years 2 to 9998";

    // The calendar's first and last year are left free: every window around a time must be a time, too.
    private const int FirstYear = 2;
    private const int LastYear = 9998;

    /// <summary>Reads <paramref name="text"/> as UTC; what is finer than a microsecond (PostgreSQL's resolution) is cut off.</summary>
    public static bool TryParse(string? text, out DateTimeOffset value)
    {
        value = default;
        if (text is null || Pattern().Match(text) is not { Success: true } match)
            return false;
        var fraction = match.Groups["fraction"].Value;
        var whole = string.Concat(match.Groups["date"].Value, "T", match.Groups["time"].Value, Offset(match.Groups["offset"].Value));
        if (!DateTimeOffset.TryParseExact(whole, "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var seconds))
            return false;
        value = seconds.AddMicroseconds(Microseconds(fraction));
        return IsInRange(value);
    }

    /// <summary>Whether windows can be laid around the time.</summary>
    public static bool IsInRange(DateTimeOffset value) => value.Year is >= FirstYear and <= LastYear;

    /// <summary>The clock's time at PostgreSQL's resolution, so that what was answered equals what is read back.</summary>
    public static DateTimeOffset GetUtcMicroseconds(this TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private static string Offset(string offset) => offset is "Z" or "z" ? "+00:00" : offset;

    private static int Microseconds(string fraction) => fraction.Length == 0
        ? 0
        : int.Parse(fraction.PadRight(6, '0').AsSpan(0, 6), NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<fraction>[0-9]+))?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
