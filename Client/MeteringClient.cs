using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Polly;

namespace CloudNative.Metering.Client;

/// <summary>
/// The API, typed. Lost and refused calls are repeated where that can do no harm: reading, sending events (their ids are fixed) and creating meters (an
/// <c>Idempotency-Key</c>). Whatever fails in the end is a <see cref="MeteringException"/>. Register it with <c>AddMeteringClient</c>.
/// </summary>
/// <param name="http">Its base address is that of the API, without <c>/api/v1</c>.</param>
/// <param name="clock">Gives events without a time theirs; null: the system's.</param>
public sealed class MeteringClient(HttpClient http, TimeProvider? clock = null)
{
    private const string IdempotencyKey = "Idempotency-Key";

    private static readonly MediaTypeHeaderValue BatchType = new("application/cloudevents-batch+json");

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>Sends one event; when this completes it is durable, and will be counted once.</summary>
    /// <exception cref="ArgumentException">A required attribute is empty, or the event is too long.</exception>
    public Task SendAsync(UsageEvent usage, CancellationToken cancellationToken) => SendAsync([usage], cancellationToken);

    /// <summary>Sends up to 5,000 events in one request of up to 4 MiB: all of them or none. When this completes they are durable, and each will be counted once.</summary>
    /// <exception cref="ArgumentException">A required attribute is empty, an event is too long, or there are too many.</exception>
    public Task SendAsync(IReadOnlyCollection<UsageEvent> events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count > EventJson.MaxBatchLength)
            throw new ArgumentException($"At most {EventJson.MaxBatchLength} events can be sent at once; these are {events.Count}.", nameof(events));
        return SendAsync([.. events.Select(usage => EventJson.Write(usage, _clock))], cancellationToken);
    }

    /// <summary>The newest events that match, newest first.</summary>
    public Task<IReadOnlyList<StoredEvent>> ListEventsAsync(EventFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return GetAsync<IReadOnlyList<StoredEvent>>($"events{filter.ToQuery()}", cancellationToken);
    }

    /// <summary>Creates a meter. A taken slug is a <see cref="MeteringException"/> with the status 409.</summary>
    public async Task<Meter> CreateMeterAsync(MeterDefinition meter, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address("meters")) { Content = JsonContent.Create(meter, options: ApiJson.Options) };
        request.Headers.Add(IdempotencyKey, Guid.NewGuid().ToString());
        return await SendAsync(request, ReadAsync<Meter>, cancellationToken);
    }

    /// <summary>The first 1,000 meters, by slug.</summary>
    public Task<IReadOnlyList<Meter>> ListMetersAsync(CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<Meter>>("meters?pageSize=1000", cancellationToken);

    /// <param name="idOrSlug">The meter's id or slug.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Meter> GetMeterAsync(string idOrSlug, CancellationToken cancellationToken) =>
        GetAsync<Meter>($"meters/{Uri.EscapeDataString(idOrSlug)}", cancellationToken);

    /// <summary>Deletes a meter; its events stay. This is not repeated when the answer is lost: the second would be a 404.</summary>
    public async Task DeleteMeterAsync(string idOrSlug, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, Address($"meters/{Uri.EscapeDataString(idOrSlug)}"));
        await SendAsync(request, NothingAsync, cancellationToken);
    }

    /// <summary>What the meter counted.</summary>
    public Task<Usage> QueryAsync(string idOrSlug, UsageQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return GetAsync<Usage>($"meters/{Uri.EscapeDataString(idOrSlug)}/query{query.ToQuery()}", cancellationToken);
    }

    /// <summary>The subjects with usage, sorted.</summary>
    public Task<IReadOnlyList<string>> ListSubjectsAsync(string idOrSlug, CancellationToken cancellationToken) =>
        GetAsync<IReadOnlyList<string>>($"meters/{Uri.EscapeDataString(idOrSlug)}/subjects", cancellationToken);

    /// <summary>Sends events that are JSON already.</summary>
    internal async Task SendAsync(IReadOnlyCollection<byte[]> events, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(EventJson.WriteBatch(events)) { Headers = { ContentType = BatchType } };
        using var request = new HttpRequestMessage(HttpMethod.Post, Address("events")) { Content = content };
        await SendAsync(request, NothingAsync, cancellationToken);
    }

    private static Uri Address(string path) => new($"api/v1/{path}", UriKind.Relative);

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(path));
        return await SendAsync(request, ReadAsync<T>, cancellationToken);
    }

    private async Task<T> SendAsync<T>(
        HttpRequestMessage request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new MeteringException(response.StatusCode, await Problem.ReadAsync(response.Content, cancellationToken));
            return await read(response, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new MeteringException($"The API can't be reached: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new MeteringException($"The API's answer can't be read: {e.Message}", e);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync<T>(ApiJson.Options, cancellationToken) ?? throw new JsonException("null");

    /// <summary>Another success than the API's own is that of a proxy, or of a page to sign in: it says nothing of the request.</summary>
    private static Task<bool> NothingAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.StatusCode == HttpStatusCode.NoContent ? Task.FromResult(true) : throw new MeteringException(response.StatusCode, problem: null);
}
