using CloudNative.Metering.Meters;

namespace CloudNative.ApiService.Binding;

/// <summary>The dimensions that a question can name.</summary>
/// <param name="Slug">The meter's, for people.</param>
/// <param name="Names">Null: something is wrong with the meter itself; then no dimension is taken for unknown.</param>
internal sealed record KnownDimensions(string? Slug, IEnumerable<string>? Names)
{
    /// <summary>For what names no meter, or one that is not there.</summary>
    public static KnownDimensions Any { get; } = new(null, null);

    public static KnownDimensions Of(Meter meter) => new(meter.Slug, meter.GroupBy.Keys);

    public bool Has(string name) => Names?.Contains(name, StringComparer.Ordinal) ?? true;
}
