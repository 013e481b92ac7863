using System.Globalization;
using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with values in it that are known only at run time: <c>ReferenceExpression.Create($"{endpoint}/path")</c>.</summary>
public class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    public static readonly ReferenceExpression Empty = new(new ReferenceExpressionParts());

    private readonly IReadOnlyList<string?> _stringFormats;

    internal ReferenceExpression(ReferenceExpressionParts parts)
    {
        Format = parts.Format.ToString();
        ValueProviders = [.. parts.ValueProviders];
        ManifestExpressions = [.. parts.ManifestExpressions];
        _stringFormats = [.. parts.StringFormats];
    }

    /// <summary>A composite format string over <see cref="ValueProviders"/>.</summary>
    public string Format { get; }

    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    public IReadOnlyList<string> ManifestExpressions { get; }

    /// <summary>For each value how it is written: <c>uri</c> for escaped, null for as it is.</summary>
    public IReadOnlyList<string?> StringFormats => _stringFormats;

    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => new(handler.Parts);

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        if (Format.Length == 0)
            return null;
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = ReferenceExpressionParts.Write(await ValueProviders[i].GetValueAsync(cancellationToken), _stringFormats[i]);
        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Turns an interpolated string into a <see cref="ReferenceExpression"/>.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct ExpressionInterpolatedStringHandler
    {
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount) => Parts = new ReferenceExpressionParts();

        internal ReferenceExpressionParts Parts { get; }

        public void AppendLiteral(string value) => Parts.AppendText(value);

        public void AppendFormatted(string? value) => Parts.AppendText(value);

        public void AppendFormatted(string? value, string? format = null) =>
            Parts.AppendText(ReferenceExpressionParts.Write(value, format));

        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider => Parts.AppendValue(valueProvider, null);

        public void AppendFormatted<T>(T valueProvider, string? format = null)
            where T : IValueProvider, IManifestExpressionProvider => Parts.AppendValue(valueProvider, format);

        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => Parts.AppendValue(valueProvider.Resource, null);

        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format = null)
            where T : IResource, IValueProvider, IManifestExpressionProvider => Parts.AppendValue(valueProvider.Resource, format);
    }
}
