using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Polly;

namespace CloudNative.Web.Api;

/// <summary>The API, typed. Every failure is an <see cref="ApiException"/> whose message can be shown.</summary>
internal sealed class MeteringApi(HttpClient http)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public Task<SystemHealth> GetHealthAsync(CancellationToken cancellationToken) =>
        GetAsync<SystemHealth>("system/health", cancellationToken);

    /// <summary>The ledger of <c>[from, to)</c>; windows without events have no row.</summary>
    public async Task<IReadOnlyList<LedgerRow>> GetLedgerAsync(
        DateTimeOffset from, DateTimeOffset to, WindowSize window, CancellationToken cancellationToken) =>
        (await GetBooksAsync(from, to, window, cancellationToken)).Data;

    /// <summary>The ledger of <c>[from, to)</c>, and whether its sides balance.</summary>
    public Task<LedgerAnswer> GetBooksAsync(DateTimeOffset from, DateTimeOffset to, WindowSize window, CancellationToken cancellationToken) =>
        GetAsync<LedgerAnswer>($"ledger{new UsageQuery(from, to, window)}", cancellationToken);

    public async Task<IReadOnlyList<DeadLetterItem>> GetDeadLettersAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        (await GetAsync<DeadLetterPage>($"dead-letters{filter}", cancellationToken)).Items;

    public Task<DeadLetter> GetDeadLetterAsync(string id, CancellationToken cancellationToken) =>
        GetAsync<DeadLetter>($"dead-letters/{Uri.EscapeDataString(id)}", cancellationToken);

    /// <summary>Keeps a corrected event, JSON, beside the original bytes.</summary>
    public Task<DeadLetter> RepairDeadLetterAsync(string id, string cloudEvent, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Put, $"dead-letters/{Uri.EscapeDataString(id)}/repair", new StringContent(cloudEvent, Encoding.UTF8, "application/cloudevents+json"),
            ReadAsync<DeadLetter>, cancellationToken);

    /// <summary>Puts the events on the log again; each counts once.</summary>
    public async Task<IReadOnlyList<ReplayResult>> ReplayDeadLettersAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        (await SendAsync(
            HttpMethod.Post, "dead-letters/replay", JsonContent.Create(new { ids }, options: Json), ReadAsync<ReplayAnswer>, cancellationToken)).Items;

    public Task<DeadLetter> DiscardDeadLetterAsync(string id, string reason, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post, $"dead-letters/{Uri.EscapeDataString(id)}/discard", JsonContent.Create(new { reason }, options: Json),
            ReadAsync<DeadLetter>, cancellationToken);

    /// <summary>The newest events that match, newest first.</summary>
    public Task<IReadOnlyList<StoredEvent>> GetEventsAsync(EventFilter filter, CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<StoredEvent>>($"events{filter}", cancellationToken);

    /// <summary>Sends one CloudEvent, as JSON; when this completes, it is durable.</summary>
    public Task SendEventAsync(string cloudEvent, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post, "events", new StringContent(cloudEvent, Encoding.UTF8, "application/cloudevents+json"), NothingAsync, cancellationToken);

    public Task<IReadOnlyList<Meter>> GetMetersAsync(CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<Meter>>("meters", cancellationToken);

    public Task<Meter> GetMeterAsync(string slug, CancellationToken cancellationToken) =>
        GetAsync<Meter>($"meters/{Uri.EscapeDataString(slug)}", cancellationToken);

    public Task<UsageAnswer> QueryMeterAsync(string slug, UsageQuery query, CancellationToken cancellationToken) =>
        GetAsync<UsageAnswer>($"meters/{Uri.EscapeDataString(slug)}/query{query}", cancellationToken);

    public Task<Backfill> GetBackfillAsync(string slug, CancellationToken cancellationToken) =>
        GetAsync<Backfill>($"meters/{Uri.EscapeDataString(slug)}/backfill", cancellationToken);

    public Task<IReadOnlyList<string>> GetSubjectsAsync(string slug, CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<string>>($"meters/{Uri.EscapeDataString(slug)}/subjects", cancellationToken);

    public Task<Meter> CreateMeterAsync(NewMeter meter, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "meters", JsonContent.Create(meter, options: Json), ReadAsync<Meter>, cancellationToken);

    /// <summary>The meter, with what an edit gives back to show what it was based on.</summary>
    public Task<TaggedMeter> GetTaggedMeterAsync(string slug, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Get, $"meters/{Uri.EscapeDataString(slug)}", null,
            async (response, token) => new TaggedMeter(await ReadAsync<Meter>(response, token), response.Headers.ETag?.ToString()), cancellationToken);

    /// <summary>Replaces what can be edited, if the meter still is what <paramref name="tag"/> names.</summary>
    public Task<Meter> UpdateMeterAsync(string slug, MeterChange change, string? tag, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Put, $"meters/{Uri.EscapeDataString(slug)}", JsonContent.Create(change, options: Json), ReadAsync<Meter>, cancellationToken, tag);

    public Task DeleteMeterAsync(string slug, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"meters/{Uri.EscapeDataString(slug)}", null, NothingAsync, cancellationToken);

    /// <summary>The newest keys, newest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> GetApiKeysAsync(int limit, CancellationToken cancellationToken) =>
        (await GetAsync<ApiKeyPage>($"api-keys?limit={limit}", cancellationToken)).Items;

    public Task<NewApiKey> CreateApiKeyAsync(ApiKeyRequest key, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "api-keys", JsonContent.Create(key, options: Json), ReadAsync<NewApiKey>, cancellationToken);

    /// <summary>A new key for the old one, which stays good for the overlap.</summary>
    public Task<NewApiKey> RotateApiKeyAsync(string id, TimeSpan overlap, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post, $"api-keys/{Uri.EscapeDataString(id)}/rotate", JsonContent.Create(new { overlapSeconds = (long)overlap.TotalSeconds }, options: Json),
            ReadAsync<NewApiKey>, cancellationToken);

    public Task RevokeApiKeyAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"api-keys/{Uri.EscapeDataString(id)}", null, NothingAsync, cancellationToken);

    private Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, ReadAsync<T>, cancellationToken);

    private async Task<T> SendAsync<T>(
        HttpMethod method,
        string path,
        HttpContent? body,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken,
        string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = body };
        if (ifMatch is not null)
            request.Headers.Add("If-Match", ifMatch);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new ApiException(response.StatusCode, await ReadProblemAsync(response.Content, cancellationToken));
            return await read(response, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException("The API can't be reached.", e);
        }
        catch (JsonException e)
        {
            throw new ApiException("The API's answer can't be read: this front end and the API are of different versions.", e);
        }
    }

    private static Task<bool> NothingAsync(HttpResponseMessage response, CancellationToken cancellationToken) => Task.FromResult(true);

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw new JsonException("null");

    private static async Task<Problem?> ReadProblemAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentType?.MediaType != "application/problem+json")
            return null;
        return await content.ReadFromJsonAsync<Problem>(Json, cancellationToken);
    }
}
