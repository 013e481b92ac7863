using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using CloudNative.ApiService.OpenApi;

namespace CloudNative.ApiService.Events;

/// <summary>
/// A usage event: CloudEvents 1.0, JSON format. Documents the wire format; events are read and stored as the bytes they came in. Further attributes
/// (lower-case letters and digits) are kept.
/// </summary>
/// <param name="Specversion">The CloudEvents version: <c>1.0</c>.</param>
/// <param name="Id">Names the event within its source; (source, id) counts once. Not empty.</param>
/// <param name="Source">A URI-reference (RFC 3986) that names the sender. Not empty.</param>
/// <param name="Type">What happened; meters choose events by it. Not empty.</param>
/// <param name="Subject">Whom the usage belongs to. Not empty.</param>
/// <param name="Time">When it happened, RFC 3339; absent or null: now.</param>
/// <param name="Datacontenttype">A JSON media type; absent or null: application/json.</param>
/// <param name="Dataschema">An absolute URI.</param>
/// <param name="Data">What meters read values and dimensions from: a JSON object, absent or null.</param>
internal sealed record CloudEvent(
    [property: Required, AllowedValues("1.0")] string Specversion,
    [property: Required, MinLength(1), RegularExpression(SchemaPatterns.NoControlCharacters)] string Id,
    [property: Required, MinLength(1), RegularExpression(SchemaPatterns.UriReference)] string Source,
    [property: Required, MinLength(1), RegularExpression(SchemaPatterns.NoControlCharacters)] string Type,
    [property: Required, MinLength(1), RegularExpression(SchemaPatterns.NoControlCharacters)] string Subject,
    DateTimeOffset? Time,
    [property: RegularExpression(SchemaPatterns.JsonMediaType)] string? Datacontenttype,
    Uri? Dataschema,
    IDictionary<string, JsonElement>? Data)
{
    /// <summary>Extension attributes, as they came.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extensions { get; init; }
}
