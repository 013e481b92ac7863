using System.Text.Json.Serialization;

namespace CloudNative.Metering.Meters;

/// <summary>How a meter makes one number of many events.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Aggregation>))]
public enum Aggregation
{
    /// <summary>Sum of the value property, exact decimals.</summary>
    [JsonStringEnumMemberName("SUM")] Sum,

    /// <summary>Every event of the type, whatever its value.</summary>
    [JsonStringEnumMemberName("COUNT")] Count,

    /// <summary>Mean of the value property, to 28 digits.</summary>
    [JsonStringEnumMemberName("AVG")] Avg,

    [JsonStringEnumMemberName("MIN")] Min,

    [JsonStringEnumMemberName("MAX")] Max,

    /// <summary>Exact number of distinct non-null values, compared as text.</summary>
    [JsonStringEnumMemberName("UNIQUE_COUNT")] UniqueCount,

    /// <summary>Value of the event with the greatest time; of equal times, the later ingested.</summary>
    [JsonStringEnumMemberName("LATEST")] Latest,
}
