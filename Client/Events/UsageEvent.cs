using System.Text.Json.Serialization;

namespace CloudNative.Metering.Client;

/// <summary>Something that was used: a CloudEvents 1.0 event. It is counted once for its <see cref="Source"/> and <see cref="Id"/>, however often it is sent.</summary>
public sealed record UsageEvent
{
    /// <summary>The most bytes that one event may have as JSON.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>The version of CloudEvents.</summary>
    [JsonPropertyName("specversion")]
    public string SpecVersion { get; } = "1.0";

    /// <summary>Names the event among those of its source; not empty. Default: a new one. A copy made by <c>with</c> has the same, and counts as the same event.</summary>
    public string Id { get; init; } = Guid.CreateVersion7().ToString();

    /// <summary>Who reports it, a URI reference such as <c>gateway-1</c>; not empty.</summary>
    public required string Source { get; init; }

    /// <summary>What kind of usage it is; meters count one type. Not empty.</summary>
    public required string Type { get; init; }

    /// <summary>Whom the usage belongs to; not empty.</summary>
    public required string Subject { get; init; }

    /// <summary>When the usage happened; null: when it is handed to the client.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>What was used, and its dimensions: anything that is a JSON object. Null: nothing beside the event itself.</summary>
    public object? Data { get; init; }
}
