namespace CloudNative.Web.Api;

/// <summary>The body of <c>PUT /meters/{slug}</c>: what is null or empty is empty afterwards.</summary>
internal sealed record MeterChange(
    string? Name, string? Description, IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, string> GroupBy);

/// <summary>A meter and what names the state it was read in.</summary>
public sealed record TaggedMeter(Meter Meter, string? Tag);
