using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudNative.Web.Api;

/// <summary>A JSON number with all the digits it was sent with: usage is money, so no value passes through a double.</summary>
[JsonConverter(typeof(ExactNumberConverter))]
public readonly record struct ExactNumber(string Text)
{
    private const int GroupSize = 3;
    private const int LongText = 18;

    /// <summary>It has more digits than a column should be made wide for.</summary>
    public bool IsLong => Text.Length > LongText;

    /// <summary>For drawing only: about 15 digits.</summary>
    public double Approximate() => double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>The same digits, the whole part in groups of three: <c>-1,234,567.891</c>.</summary>
    public override string ToString()
    {
        if (Text.AsSpan().ContainsAny('e', 'E'))
            return Text;
        var sign = Text.StartsWith('-') ? 1 : 0;
        var point = Text.IndexOf('.', StringComparison.Ordinal);
        var end = point < 0 ? Text.Length : point;
        var grouped = new StringBuilder(Text);
        for (var at = end - GroupSize; at > sign; at -= GroupSize)
            grouped.Insert(at, ',');
        return grouped.ToString();
    }
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

    public override void Write(Utf8JsonWriter writer, ExactNumber value, JsonSerializerOptions options) => writer.WriteRawValue(value.Text);
}
