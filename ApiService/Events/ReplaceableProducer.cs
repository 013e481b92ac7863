using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;

namespace CloudNative.ApiService.Events;

/// <summary>A producer. After a fatal error an idempotent producer sends nothing any more: a new one takes its place.</summary>
internal sealed partial class ReplaceableProducer : IDisposable
{
    private readonly int _number;
    private readonly KafkaConnection _kafka;
    private readonly KafkaStatistics _statistics;
    private readonly EventProducerOptions _options;
    private readonly ILogger<ReplaceableProducer> _logger;
    private readonly Lock _lock = new();
    private SharedProducer? _current;
    private bool _isDisposed;

    public ReplaceableProducer(
        int number, KafkaConnection kafka, KafkaStatistics statistics, EventProducerOptions options, ILogger<ReplaceableProducer> logger)
    {
        _number = number;
        _kafka = kafka;
        _statistics = statistics;
        _options = options;
        _logger = logger;
    }

    /// <summary>Lends the present producer to <paramref name="use"/>: it is not disposed before that has returned.</summary>
    public void Use(Action<IProducer<byte[], byte[]>> use)
    {
        // Not taken: it has just been replaced.
        while (!Current().TryUse(use))
        {
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _current?.Retire();
            _current = null;
        }
    }

    private SharedProducer Current()
    {
        if (Volatile.Read(ref _current) is { } current)
            return current;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _current ??= Create();
        }
    }

    private SharedProducer Create() => new(new ProducerBuilder<byte[], byte[]>(_kafka.Configure(new ProducerConfig
    {
        ClientId = $"api-{Environment.ProcessId}-{_number}",
        Acks = Acks.All,
        EnableIdempotence = true,
        CompressionType = CompressionType.Lz4,
        // Named, because the backlog is reckoned by partition.
        Partitioner = Partitioner.Consistent,
        LingerMs = _options.Linger.TotalMilliseconds,
        MessageTimeoutMs = (int)_options.Timeout.TotalMilliseconds,
        // The bound of memory: a full queue is answered with 503 at once.
        QueueBufferingMaxKbytes = _options.QueueKilobytes / _options.Connections,
        QueueBufferingMaxMessages = _options.QueueEvents / _options.Connections,
        MessageMaxBytes = 2 * UsageEventReader.MaxEventBytes,
        // Whether it is durable is all that a report is asked for.
        DeliveryReportFields = "status",
        StatisticsIntervalMs = 1_000,
    }))
    .SetStatisticsHandler((_, json) => _statistics.Observe(json))
    .SetLogHandler((_, message) => KafkaLog.Write(_logger, message))
    .SetErrorHandler(Replace)
    .Build());

    private void Replace(IProducer<byte[], byte[]> failed, Error error)
    {
        if (!error.IsFatal)
            return;

        lock (_lock)
        {
            if (_current?.Is(failed) != true)
                return;
            LogReplaced(error.Reason);
            _current.Retire();
            // Made when it is needed: one that fails at once, again and again, is not made in a circle.
            _current = null;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The producer failed for good and is replaced: {Reason}")]
    private partial void LogReplaced(string reason);
}
