using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudNative.Metering.Client;

/// <summary>A number with all the digits that the API sent: usage is money, and a sum may have more digits than any .NET type holds.</summary>
[JsonConverter(typeof(ExactNumberConverter))]
public readonly record struct ExactNumber(string Digits)
{
    /// <summary>As a decimal, which holds 28 digits.</summary>
    /// <exception cref="OverflowException">It is greater than a decimal can be.</exception>
    public decimal ToDecimal() => decimal.Parse(Digits, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>The digits.</summary>
    public override string ToString() => Digits;
}

internal sealed class ExactNumberConverter : JsonConverter<ExactNumber>
{
    public override ExactNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
            throw new JsonException($"A number was expected, not {reader.TokenType}.");
        using var number = JsonDocument.ParseValue(ref reader);
        return new ExactNumber(number.RootElement.GetRawText());
    }

    public override void Write(Utf8JsonWriter writer, ExactNumber value, JsonSerializerOptions options) => writer.WriteRawValue(value.Digits);
}
