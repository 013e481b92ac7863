namespace CloudNative.Metering.Meters;

/// <summary>A meter as it was before its dimensions were changed. It is complete, and counted on until the generation that replaces it is complete, too.</summary>
public sealed class ReplacedGeneration
{
    public required Ulid MeterId { get; init; }

    /// <summary>See <see cref="Meter.Generation"/>.</summary>
    public required Ulid Generation { get; init; }

    /// <summary>See <see cref="Meter.GroupBy"/>.</summary>
    public required IReadOnlyDictionary<string, string> GroupBy { get; init; }

    /// <summary>Whether these dimensions of the meter are the same here: what only asks for them, it can answer.</summary>
    public bool Has(Meter meter, IEnumerable<string> dimensions) =>
        dimensions.All(name => GroupBy.TryGetValue(name, out var path) && meter.GroupBy[name] == path);
}
