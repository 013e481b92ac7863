namespace CloudNative.Metering.Time;

/// <summary>
/// RFC 3339 timestamps, as the API takes them. The BCL's own parsers take a time without an offset as local time, and refuse the
/// nine fraction digits that Go's clients send. Read by hand, because every event has one: with a pattern it took half of the time of reading an event.
/// </summary>
public static class Rfc3339
{
    public const string Expected = "an RFC 3339 time such as 2026-01-31T23:59:59.5Z, of the years 2 to 9998";

    // The calendar's first and last year are left free: every window around a time must be a time, too.
    private const int FirstYear = 2;
    private const int LastYear = 9998;

    // "2026-01-31T23:59:59"
    private const int WholeSeconds = 19;

    /// <summary>Reads <paramref name="text"/> as UTC; what is finer than a microsecond (PostgreSQL's resolution) is cut off.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset value)
    {
        value = default;
        if (!TryReadSeconds(text, out var ticks) || !TryReadFraction(text[WholeSeconds..], out var microseconds, out var offset)
            || !TryReadOffset(offset, out var minutes))
            return false;

        ticks += microseconds * TimeSpan.TicksPerMicrosecond - minutes * TimeSpan.TicksPerMinute;
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
            return false;
        value = new DateTimeOffset(ticks, TimeSpan.Zero);
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

    private static bool TryReadSeconds(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (text.Length <= WholeSeconds || text[4] != '-' || text[7] != '-' || text[10] is not ('T' or 't') || text[13] != ':' || text[16] != ':')
            return false;
        if (!(TryReadDigits(text[..4], out var year) && TryReadDigits(text[5..7], out var month) && TryReadDigits(text[8..10], out var day)
            && TryReadDigits(text[11..13], out var hour) && TryReadDigits(text[14..16], out var minute) && TryReadDigits(text[17..19], out var second)))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;

        ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks;
        return true;
    }

    private static bool TryReadFraction(ReadOnlySpan<char> text, out int microseconds, out ReadOnlySpan<char> rest)
    {
        microseconds = 0;
        rest = text;
        if (text is not ['.', .. var digits])
            return true;

        var length = digits.IndexOfAnyExceptInRange('0', '9');
        if (length <= 0)
            return false;
        for (var i = 0; i < 6; i++)
            microseconds = microseconds * 10 + (i < length ? digits[i] - '0' : 0);
        rest = digits[length..];
        return true;
    }

    private static bool TryReadOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text is ['Z' or 'z'])
            return true;
        if (text is not [var sign and ('+' or '-'), _, _, ':', _, _] || !TryReadDigits(text[1..3], out var hour) || !TryReadDigits(text[4..], out var minute)
            || hour > 23 || minute > 59)
            return false;

        minutes = (hour * 60 + minute) * (sign == '-' ? -1 : 1);
        return true;
    }

    private static bool TryReadDigits(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
                return false;
            number = number * 10 + (character - '0');
        }

        return true;
    }
}
