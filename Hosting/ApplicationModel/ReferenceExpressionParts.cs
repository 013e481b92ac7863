using System.Globalization;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Collects the texts and values of a <see cref="ReferenceExpression"/>.</summary>
internal sealed class ReferenceExpressionParts
{
    public StringBuilder Format { get; } = new();

    public List<IValueProvider> ValueProviders { get; } = [];

    public List<string> ManifestExpressions { get; } = [];

    public List<string?> StringFormats { get; } = [];

    public static string? Write(string? value, string? format) => format switch
    {
        null or "" => value,
        "uri" => value is null ? null : Uri.EscapeDataString(value),
        _ => throw new FormatException($"'{format}' is no format of a reference expression; there is 'uri'."),
    };

    // Doubled, because Format is a composite format string.
    public void AppendText(string? text) => Format.Append(text?.Replace("{", "{{").Replace("}", "}}"));

    public void AppendValue<T>(T value, string? format)
        where T : IValueProvider, IManifestExpressionProvider
    {
        Format.Append(CultureInfo.InvariantCulture, $"{{{ValueProviders.Count}}}");
        ValueProviders.Add(value);
        ManifestExpressions.Add(value.ValueExpression);
        StringFormats.Add(format);
    }
}
