using System.Text.Json.Nodes;
using CloudNative.Metering.Meters;
using FsCheck;
using FsCheck.Fluent;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>A meter that was made.</summary>
/// <param name="Slug">Its slug.</param>
/// <param name="Aggregation">How it counts <c>$.n</c>.</param>
/// <param name="EventFrom">From when on it counts; null: whenever.</param>
/// <param name="Columns">Its dimensions: the members of an event's data that they are.</param>
/// <param name="Drops">How often segments had been dropped before it was made: it knows nothing of what was in them.</param>
internal sealed record TestMeter(string Slug, Aggregation Aggregation, DateTimeOffset? EventFrom, IReadOnlyDictionary<string, string> Columns, int Drops)
{
    public static readonly IReadOnlyList<string> Names = ["Model", "kind", "model"];

    /// <summary>Dimensions that differ in case, that are the same member twice, that are named like another member.</summary>
    public static readonly Gen<IReadOnlyDictionary<string, string>> Dimensions = Gen.Frequency(
        (2, Gen.Constant<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["model"] = "model", ["kind"] = "kind" })),
        (3, from names in Gen.SubListOf<string>(Names)
            from columns in Gen.Elements("model", "model", "kind").ArrayOf(names.Count)
            select (IReadOnlyDictionary<string, string>)names.Zip(columns).ToDictionary(pair => pair.First, pair => pair.Second)));

    public bool IsCount => Aggregation is Aggregation.Count or Aggregation.UniqueCount;

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["slug"] = Slug, ["eventType"] = TestEvent.Type, ["aggregation"] = AggregationName.Of(Aggregation), ["groupBy"] = GroupBy(Columns) };
        if (Aggregation != Aggregation.Count)
            json["valueProperty"] = "$.n";
        if (EventFrom is { } from)
            json["eventFrom"] = $"{from:O}";
        return json;
    }

    public static JsonObject GroupBy(IReadOnlyDictionary<string, string> columns) => new(columns.Select(column => KeyValuePair.Create(column.Key, (JsonNode?)$"$.{column.Value}")));
}
