using System.Text.Json.Serialization;

namespace CloudNative.AiGateway.Metering;

/// <summary>A CloudEvents 1.0 event. <paramref name="Id"/> and <paramref name="Source"/> together make a re-send harmless.</summary>
internal sealed record UsageEvent(string Id, string Source, string Type, string Subject, DateTimeOffset Time, UsageData Data)
{
    [JsonPropertyName("specversion")]
    public string SpecVersion { get; } = "1.0";
}

[JsonDerivedType(typeof(TokenUsage))]
[JsonDerivedType(typeof(ModelRequest))]
internal abstract record UsageData;

/// <param name="Tokens">Tokens used.</param>
/// <param name="Model">Name of the language model.</param>
/// <param name="Type"><c>prompt</c> or <c>completion</c>.</param>
internal sealed record TokenUsage(long Tokens, string Model, string Type) : UsageData;

/// <param name="Model">Name of the language model.</param>
/// <param name="DurationMs">Milliseconds until the answer was complete.</param>
internal sealed record ModelRequest(string Model, int DurationMs) : UsageData;
