using System.Globalization;

namespace CloudNative.Metering.Rollups;

/// <summary>Reads a number only when <see cref="decimal"/> holds it without rounding: a rounded value would be billed.</summary>
public static class ExactDecimal
{
    /// <summary>Digits that <see cref="decimal"/> holds whatever they are; a 29th only fits for some.</summary>
    public const int MaxDigits = 28;

    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>False for text that is not a number, and for a number with more than 28 digits from its first to its last significant or integer digit.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out decimal value) =>
        decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out value) && IsExact(text);

    private static bool IsExact(ReadOnlySpan<char> text)
    {
        var exponentAt = text.IndexOfAny('e', 'E');
        var mantissa = (exponentAt < 0 ? text : text[..exponentAt]).TrimStart("+-");
        var exponent = 0;
        if (exponentAt >= 0 && !int.TryParse(text[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            return IsZero(mantissa);

        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var fraction = point < 0 ? default : mantissa[(point + 1)..];
        if (IsZero(mantissa))
            return true;

        // Position of the first and the last significant digit, counted from the decimal point to the right.
        var first = whole.TrimStart('0').Length is > 0 and var digits ? -digits : fraction.Length - fraction.TrimStart('0').Length;
        var last = fraction.TrimEnd('0').Length is > 0 and var used ? used : -(whole.Length - whole.TrimEnd('0').Length);
        return Math.Max(0, -(first - exponent)) <= MaxDigits
            && Math.Max(0, last - exponent) <= MaxDigits
            && Math.Max(last - exponent, 0) - Math.Min(first - exponent, 0) <= MaxDigits;
    }

    private static bool IsZero(ReadOnlySpan<char> mantissa) => mantissa.IndexOfAnyInRange('1', '9') < 0;
}
