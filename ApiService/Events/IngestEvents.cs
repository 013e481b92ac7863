using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Events;
using CloudNative.Metering.Validation;
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
    /// One CloudEvent (application/cloudevents+json), an array of at most 5,000 (application/cloudevents-batch+json), or either (application/json).
    /// 204 is answered when Kafka has acknowledged every event: they are durable then, and each (source, id) will be counted once, however often it
    /// is sent. 503 means that nothing of the request is known to be accepted (Kafka is away or slow, or keeps no more events until some are counted):
    /// send it again after Retry-After, with the same ids.
    /// </remarks>
    internal static async Task<Results<NoContent, ApiProblem>> HandleAsync(
        HttpRequest request, ClaimsPrincipal user, EventProducer producer, CancellationToken cancellationToken)
    {
        // Routing lets through the three types, and a body that says nothing of its type.
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var contentType))
            return Problem.Of(StatusCodes.Status415UnsupportedMediaType);
        using var body = await RequestBody.ReadAsync(request, cancellationToken);
        var errors = new List<FieldError>();
        var events = UsageEventReader.Read(body.Bytes, ShapeOf(contentType), errors);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        try
        {
            await producer.PublishAsync(user.TenantId(), events, cancellationToken);
            return TypedResults.NoContent();
        }
        catch (Exception e) when (PublishProblem.Of(e) is { } problem)
        {
            return problem;
        }
    }

    private static EventBody ShapeOf(MediaTypeHeaderValue contentType) => contentType.MediaType.Value?.ToLowerInvariant() switch
    {
        Single => EventBody.One,
        Batch => EventBody.Batch,
        _ => EventBody.OneOrBatch,
    };
}
