using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Polly;
using Polly.Registry;

namespace CloudNative.AiGateway.Metering;

/// <summary>
/// Reports usage. Every call is repeated until it is answered: events carry their ids and a meter its slug, so nothing happens twice.
/// </summary>
internal sealed class MeteringClient(HttpClient http, ResiliencePipelineProvider<string> pipelines)
{
    public const string DeliveryPipeline = "delivery";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly ResiliencePipeline _delivery = pipelines.GetPipeline(DeliveryPipeline);

    /// <summary>Creates the meter, unless its slug is taken already.</summary>
    public Task CreateMeterIfMissingAsync(MeterDefinition meter, CancellationToken cancellationToken) =>
        PostAsync("api/v1/meters", meter, HttpStatusCode.Conflict, cancellationToken);

    public Task SendAsync(IReadOnlyCollection<UsageEvent> events, CancellationToken cancellationToken) =>
        PostAsync("api/v1/events", events, HttpStatusCode.NoContent, cancellationToken);

    /// <summary>The newest time of an event of that type and source; null when there is none.</summary>
    public async Task<DateTimeOffset?> FindNewestAsync(string type, string source, CancellationToken cancellationToken)
    {
        var path = $"api/v1/events?type={Uri.EscapeDataString(type)}&source={Uri.EscapeDataString(source)}&limit=1";
        var newest = await _delivery.ExecuteAsync(
            async token => await http.GetFromJsonAsync<IReadOnlyList<StoredEvent>>(path, Json, token),
            cancellationToken);
        return newest is [var stored, ..] ? stored.Event.Time : null;
    }

    private async Task PostAsync<T>(string path, T body, HttpStatusCode alsoFine, CancellationToken cancellationToken) =>
        await _delivery.ExecuteAsync(
            async token =>
            {
                using var response = await http.PostAsJsonAsync(path, body, Json, token);
                if (response.IsSuccessStatusCode || response.StatusCode == alsoFine)
                    return;

                var problem = await response.Content.ReadAsStringAsync(token);
                throw new HttpRequestException($"POST {path}: {(int)response.StatusCode} {problem}", null, response.StatusCode);
            },
            cancellationToken);

    private sealed record StoredEvent(EventTime Event);

    private sealed record EventTime(DateTimeOffset Time);
}
