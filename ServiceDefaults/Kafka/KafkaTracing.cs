using System.Diagnostics;
using System.Text;
using Confluent.Kafka;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>
/// Carries a trace through Kafka: W3C trace context in the record's headers, spans by OpenTelemetry's messaging conventions.
/// </summary>
public static class KafkaTracing
{
    public const string SourceName = "CloudNative.Kafka";

    /// <summary>Links of one batch span: what OpenTelemetry's exporters keep by default.</summary>
    public const int MaxLinks = 128;

    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    private static readonly ActivitySource Source = new(SourceName);

    internal static bool HasListeners => Source.HasListeners();

    /// <summary>
    /// Starts the span of sending to <paramref name="topic"/> and writes its context into <paramref name="headers"/> (replacing one that is there).
    /// Null when nobody listens; the caller's own context, if it is recorded, is written all the same. Dispose the span when the broker has acknowledged.
    /// </summary>
    public static Activity? StartPublish(string topic, Headers headers)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentNullException.ThrowIfNull(headers);

        var span = Source.StartActivity($"send {topic}", ActivityKind.Producer);
        Describe(span, topic, "send");
        Inject(span ?? Activity.Current, headers);
        return span;
    }

    /// <summary>
    /// Starts the span of processing a batch, linked to the context of each record (at most <see cref="MaxLinks"/> distinct ones).
    /// When all records belong to one trace, the span continues that trace. Null when nobody listens.
    /// </summary>
    public static Activity? StartProcess(string topic, BatchTraces batch)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentNullException.ThrowIfNull(batch);

        var span = Source.StartActivity(
            ActivityKind.Consumer,
            batch.Parent,
            links: batch.Links.Select(context => new ActivityLink(context)),
            name: $"process {topic}");
        Describe(span, topic, "process");
        span?.SetTag("messaging.batch.message_count", batch.Records);
        return span;
    }

    private static void Describe(Activity? span, string topic, string operation)
    {
        span?.SetTag("messaging.system", "kafka");
        span?.SetTag("messaging.destination.name", topic);
        span?.SetTag("messaging.operation.name", operation);
        span?.SetTag("messaging.operation.type", operation);
    }

    private static void Inject(Activity? activity, Headers headers)
    {
        // A span that nobody keeps is not worth its bytes in every record.
        if (activity is not { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } id })
            return;

        Set(headers, TraceParent, id);
        if (activity.TraceStateString is { Length: > 0 } state)
            Set(headers, TraceState, state);
    }

    private static void Set(Headers headers, string key, string value)
    {
        headers.Remove(key);
        headers.Add(key, Encoding.ASCII.GetBytes(value));
    }

    internal static byte[]? ParentOf(Headers? headers) => headers is not null && headers.TryGetLastBytes(TraceParent, out var parent) ? parent : null;

    internal static ActivityContext? Parse(byte[] parent, Headers headers)
    {
        var state = headers.TryGetLastBytes(TraceState, out var bytes) ? Encoding.ASCII.GetString(bytes) : null;
        return ActivityContext.TryParse(Encoding.ASCII.GetString(parent), state, isRemote: true, out var context) ? context : null;
    }
}
