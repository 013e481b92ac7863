using CloudNative.Web.Api;

namespace CloudNative.Web.Meters;

/// <summary>A meter while it is being typed.</summary>
public sealed class MeterDraft
{
    private const string Count = "COUNT";

    /// <summary>The API's aggregations.</summary>
    public static IReadOnlyList<string> Aggregations { get; } = ["SUM", Count, "AVG", "MIN", "MAX", "UNIQUE_COUNT", "LATEST"];

    public string Slug { get; set; } = "";

    public string EventType { get; set; } = "";

    public string Aggregation { get; set; } = Aggregations[0];

    public string? ValueProperty { get; set; }

    public string? Name { get; set; }

    public string? Description { get; set; }

    public List<Dimension> Dimensions { get; } = [];

    public bool TakesValue => Aggregation != Count;

    /// <summary>What the aggregation makes of the events, for people.</summary>
    public static string Explain(string aggregation) => aggregation switch
    {
        "SUM" => "adds the values up",
        Count => "counts the events",
        "AVG" => "the mean of the values",
        "MIN" => "the lowest value",
        "MAX" => "the highest value",
        "UNIQUE_COUNT" => "counts values that differ",
        _ => "the value of the latest event",
    };

    internal NewMeter ToNewMeter()
    {
        var groupBy = GroupBy(Dimensions);
        return new NewMeter(
            Slug.Trim(),
            EventType.Trim(),
            Aggregation,
            TakesValue ? Given(ValueProperty) : null,
            Given(Name),
            Given(Description),
            groupBy.Count == 0 ? null : groupBy);
    }

    /// <summary>What was typed, without the rows that were left empty.</summary>
    public static Dictionary<string, string> GroupBy(IEnumerable<Dimension> dimensions)
    {
        var groupBy = new Dictionary<string, string>();
        foreach (var dimension in dimensions.Where(dimension => dimension.Name.Length + dimension.Path.Length > 0))
            groupBy[dimension.Name.Trim()] = dimension.Path.Trim();
        return groupBy;
    }

    public static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    public sealed class Dimension
    {
        public string Name { get; set; } = "";

        public string Path { get; set; } = "";
    }
}
