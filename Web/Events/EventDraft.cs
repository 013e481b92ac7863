using System.Text.Json;
using System.Text.Json.Nodes;

namespace CloudNative.Web.Events;

/// <summary>An event as it is typed in; the id is drawn once, so that sending it again counts nothing twice.</summary>
internal sealed class EventDraft
{
    private const string SourceName = "admin-ui";

    private readonly string _id = Guid.CreateVersion7().ToString();

    public string Type { get; set; } = "";

    public string Subject { get; set; } = "";

    /// <summary>The JSON object of <c>data</c>; empty for none.</summary>
    public string Data { get; set; } = "";

    /// <summary>Null, with the reason, when the data is not JSON. Everything else is the API's to judge.</summary>
    public string? ToCloudEvent(out string? dataError)
    {
        dataError = null;
        try
        {
            // Parsed and not pasted: what is typed in can't reach beyond its own field. Numbers keep their digits.
            var data = string.IsNullOrWhiteSpace(Data) ? null : JsonNode.Parse(Data);
            var cloudEvent = new JsonObject
            {
                ["specversion"] = "1.0",
                ["id"] = _id,
                ["source"] = SourceName,
                ["type"] = Type,
                ["subject"] = Subject,
            };
            if (data is not null)
                cloudEvent["data"] = data;
            return cloudEvent.ToJsonString();
        }
        catch (JsonException e)
        {
            dataError = $"Not JSON: line {e.LineNumber + 1}, character {e.BytePositionInLine + 1}";
            return null;
        }
    }
}
