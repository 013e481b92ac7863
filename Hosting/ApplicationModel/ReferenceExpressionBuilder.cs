using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Puts a <see cref="ReferenceExpression"/> together piece by piece.</summary>
public class ReferenceExpressionBuilder
{
    private readonly ReferenceExpressionParts _parts = new();

    public bool IsEmpty => _parts.Format.Length == 0;

    public void AppendLiteral(string value) => _parts.AppendText(value);

    public void AppendFormatted(string? value) => _parts.AppendText(value);

    public void AppendFormatted<T>(T valueProvider)
        where T : IValueProvider, IManifestExpressionProvider => _parts.AppendValue(valueProvider, null);

    public void AppendFormatted<T>(T valueProvider, string? format)
        where T : IValueProvider, IManifestExpressionProvider => _parts.AppendValue(valueProvider, format);

    public void Append([InterpolatedStringHandlerArgument("")] in ReferenceExpressionBuilderInterpolatedStringHandler handler) =>
        // The pieces went into this builder while the string was put together.
        Debug.Assert(ReferenceEquals(handler.Parts, _parts), "An interpolated string belongs to the builder that it is appended to.");

    public ReferenceExpression Build() => new(_parts);

    /// <summary>Appends the pieces of an interpolated string to a builder.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct ReferenceExpressionBuilderInterpolatedStringHandler
    {
        private readonly ReferenceExpressionParts _parts;

        public ReferenceExpressionBuilderInterpolatedStringHandler(int literalLength, int formattedCount, ReferenceExpressionBuilder builder) =>
            _parts = builder._parts;

        public void AppendLiteral(string value) => _parts.AppendText(value);

        public void AppendFormatted(string? value) => _parts.AppendText(value);

        public void AppendFormatted(string? value, string format) => _parts.AppendText(ReferenceExpressionParts.Write(value, format));

        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider => _parts.AppendValue(valueProvider, null);

        public void AppendFormatted<T>(T valueProvider, string? format)
            where T : IValueProvider, IManifestExpressionProvider => _parts.AppendValue(valueProvider, format);

        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => _parts.AppendValue(valueProvider.Resource, null);

        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format)
            where T : IResource, IValueProvider, IManifestExpressionProvider => _parts.AppendValue(valueProvider.Resource, format);

        internal ReferenceExpressionParts Parts => _parts;
    }
}
