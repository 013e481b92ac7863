using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudNative.Metering.Rollups;

/// <summary>A decimal number of any length, kept as its digits: PostgreSQL's <c>numeric</c> holds more than any .NET type.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct ExactNumber(string Digits)
{
    /// <summary>Digits of a quotient that has no end.</summary>
    public const int QuotientDigits = 28;

    /// <summary>A sum divided by a count, rounded half away from zero to 28 significant digits.</summary>
    public static ExactNumber Mean(string sum, long count)
    {
        var point = sum.IndexOf('.');
        var scale = point < 0 ? 0 : sum.Length - point - 1;
        var digits = BigInteger.Parse(sum.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        // Shifted so that the quotient has one digit more than is kept, at least; then the rest only has to be known as less, equal or more than half.
        var shift = Math.Max(0, QuotientDigits + 1 + (count.ToString(CultureInfo.InvariantCulture).Length - BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture).Length));
        var (numerator, places) = (BigInteger.Abs(digits) * BigInteger.Pow(10, shift), scale + shift);
        BigInteger divisor = count;
        var surplus = (numerator / divisor).ToString(CultureInfo.InvariantCulture).Length - QuotientDigits;
        if (surplus > 0)
            (divisor, places) = (divisor * BigInteger.Pow(10, surplus), places - surplus);
        var quotient = (2 * numerator + divisor) / (2 * divisor);
        return new ExactNumber(Text(digits.Sign * quotient, places));
    }

    public override string ToString() => Digits;

    /// <summary><paramref name="unscaled"/> with so many decimal places, or, where negative, zeros; without zeros at the end of a fraction.</summary>
    private static string Text(BigInteger unscaled, int places)
    {
        if (places <= 0)
            return (unscaled * BigInteger.Pow(10, -places)).ToString(CultureInfo.InvariantCulture);
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        var fraction = digits[^places..].TrimEnd('0');
        return $"{(unscaled.Sign < 0 ? "-" : "")}{digits[..^places]}{(fraction.Length > 0 ? "." : "")}{fraction}";
    }

    private sealed class Converter : JsonConverter<ExactNumber>
    {
        public override ExactNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var number = JsonDocument.ParseValue(ref reader);
            return number.RootElement.ValueKind == JsonValueKind.Number
                ? new ExactNumber(number.RootElement.GetRawText())
                : throw new JsonException("Must be a number.");
        }

        public override void Write(Utf8JsonWriter writer, ExactNumber value, JsonSerializerOptions options) => writer.WriteRawValue(value.Digits);
    }
}
