namespace CloudNative.Metering.Meters;

/// <summary>The names of <see cref="Aggregation"/> on the wire and in the database.</summary>
public static class AggregationName
{
    public static string Of(Aggregation aggregation) => aggregation switch
    {
        Aggregation.Sum => "SUM",
        Aggregation.Count => "COUNT",
        Aggregation.Avg => "AVG",
        Aggregation.Min => "MIN",
        Aggregation.Max => "MAX",
        Aggregation.UniqueCount => "UNIQUE_COUNT",
        Aggregation.Latest => "LATEST",
        _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "No such aggregation."),
    };

    /// <summary>Case matters, as in the rest of the API.</summary>
    public static bool TryParse(string? name, out Aggregation aggregation)
    {
        foreach (var candidate in Enum.GetValues<Aggregation>())
        {
            if (Of(candidate) != name)
                continue;
            aggregation = candidate;
            return true;
        }

        aggregation = default;
        return false;
    }

    public static Aggregation Parse(string name) =>
        TryParse(name, out var aggregation) ? aggregation : throw new FormatException($"No aggregation is called '{name}'.");
}
