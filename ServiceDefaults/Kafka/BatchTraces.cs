using System.Diagnostics;
using Confluent.Kafka;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>
/// The traces that a batch's records belong to, gathered while it fills. Headers kept until the batch is processed were half of all objects that outlived a
/// collection.
/// </summary>
public sealed class BatchTraces
{
    private readonly HashSet<ActivityContext> _links = [];
    private byte[]? _latest;
    private ActivityContext _first;
    private bool _isOneTrace = true;

    /// <summary>How many were added, with a context or without.</summary>
    public int Records { get; private set; }

    /// <summary>The distinct contexts, at most <see cref="KafkaTracing.MaxLinks"/>.</summary>
    internal IReadOnlyCollection<ActivityContext> Links => _links;

    /// <summary>The context to continue: none when the records are of several traces.</summary>
    internal ActivityContext Parent => _isOneTrace ? _first : default;

    public void Add(Headers? headers)
    {
        Records++;
        if (!KafkaTracing.HasListeners || (!_isOneTrace && _links.Count == KafkaTracing.MaxLinks))
            return;
        // One after the other mostly came in one request.
        if (KafkaTracing.ParentOf(headers) is not { } parent || parent.AsSpan().SequenceEqual(_latest))
            return;

        _latest = parent;
        if (KafkaTracing.Parse(parent, headers!) is { } context)
            Add(context);
    }

    private void Add(ActivityContext context)
    {
        if (_links.Count == 0)
            _first = context;
        _isOneTrace &= context.TraceId == _first.TraceId;
        if (_links.Count < KafkaTracing.MaxLinks)
            _links.Add(context);
    }
}
