using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Events;
using Confluent.Kafka;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Events;

internal static class IngestEvents
{
    private const string Single = "application/cloudevents+json";
    private const string Batch = "application/cloudevents-batch+json";
    private const string Json = "application/json";

    public static void MapIngestEvents(this RouteGroupBuilder events) => events.MapPost("/", HandleAsync)
        .WithName("IngestEvents").RequireScope(ApiScope.EventsWrite)
        .Accepts<CloudEvent>(Single, Batch, Json)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Ingest usage events</summary>
    /// <remarks>
    /// One CloudEvent (application/cloudevents+json), an array of at most 5,000 (application/cloudevents-batch+json), or either (application/json). With ce-
    /// headers and application/json: CloudEvents binary mode, the headers are the attributes (ce-id, ce-source, percent-encoded) and the body is the data; the
    /// other two content types tell everything in the body, and ce- headers beside them are ignored.
    /// 204 is answered when Kafka has acknowledged every event: they are durable then, and each (source, id) will be counted once, however often it
    /// is sent. 503 means that nothing of the request is known to be accepted (Kafka is away or slow, or keeps no more events until some are counted, or
    /// too much is being sent at once): send it again after Retry-After, with the same ids.
    /// </remarks>
    internal static async Task<Results<NoContent, ApiProblem>> HandleAsync(
        HttpRequest request, ClaimsPrincipal user, EventProducer producer, RequestErrors errors, CancellationToken cancellationToken)
    {
        try
        {
            var patience = await producer.ReadyAsync(cancellationToken);
            var (records, refusal) = await ReadAsync(request, user.TenantId(), errors, cancellationToken);
            if (refusal is not null)
                return refusal;
            await producer.PublishAsync(user.TenantId(), records, patience, cancellationToken);
            return TypedResults.NoContent();
        }
        catch (Exception e) when (PublishProblem.Of(e) is { } problem)
        {
            return problem;
        }
    }

    /// <summary>The records; the body's buffer and the events went back when they are there, so that none is kept while the broker is waited for.</summary>
    private static async Task<(Message<byte[], byte[]>[] Records, ApiProblem? Refusal)> ReadAsync(
        HttpRequest request, Ulid tenantId, RequestErrors errors, CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, cancellationToken);
        if (ShapeOf(request, body.Bytes) is not { } shape)
            return ([], Problem.Of(StatusCodes.Status415UnsupportedMediaType));
        var events = shape == EventBody.OneOrBatch && BinaryEvent.IsMeant(request.Headers)
            ? BinaryEvent.Read(request.Headers, body.Bytes, errors, out var omitted)
            : UsageEventReader.Read(body.Bytes, shape, errors, out omitted);
        return errors.Count > 0 ? ([], Problem.Validation(errors, omitted)) : (EventProducer.RecordsOf(tenantId, events), null);
    }

    // Routing lets through the three types, and a body that says nothing of its type: that is an event without data, in binary mode.
    private static EventBody? ShapeOf(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed))
            return string.IsNullOrEmpty(request.ContentType) && body.IsEmpty && BinaryEvent.IsMeant(request.Headers) ? EventBody.OneOrBatch : null;
        return parsed.MediaType.Value?.ToLowerInvariant() switch
        {
            Single => EventBody.One,
            Batch => EventBody.Batch,
            _ => EventBody.OneOrBatch,
        };
    }
}
