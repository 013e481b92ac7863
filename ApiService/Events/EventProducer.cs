using System.Diagnostics;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.Events;

/// <summary>
/// Puts events on the log, and answers only when the broker has acknowledged every one of them (<c>acks=all</c>, idempotent). What it did not
/// acknowledge in time may still arrive: the client sends it again with the same ids, and it counts once.
/// </summary>
internal sealed partial class EventProducer : IDisposable
{
    private readonly KafkaConnection _kafka;
    private readonly KafkaStatistics _statistics;
    private readonly AcknowledgedEvents _acknowledged;
    private readonly EventProducerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<EventProducer> _logger;
    private readonly Lock _lock = new();
    private IProducer<byte[], byte[]> _producer;

    public EventProducer(
        KafkaConnection kafka, KafkaStatistics statistics, AcknowledgedEvents acknowledged, IOptions<EventProducerOptions> options, TimeProvider clock,
        ILogger<EventProducer> logger)
    {
        _kafka = kafka;
        _acknowledged = acknowledged;
        _statistics = statistics;
        _options = options.Value;
        _clock = clock;
        _logger = logger;
        _producer = Create();
    }

    /// <summary>Completes when every event is durable.</summary>
    /// <exception cref="BrokerUnavailableException">At least one event was not acknowledged: none may be reported as accepted.</exception>
    public async Task PublishAsync(Ulid tenantId, IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return;

        var headers = new Headers
        {
            { EventRecord.TenantHeader, EventRecord.Tenant(tenantId) },
            { EventRecord.ContentTypeHeader, EventRecord.ContentType.ToArray() },
        };
        using var span = KafkaTracing.StartPublish(UsageEventTopic.Name, headers);
        try
        {
            var acknowledgements = new Acknowledgements(events.Count);
            var ingestedAt = _clock.GetUtcNow();
            Enqueue(tenantId, events, ingestedAt, headers, acknowledgements);
            await acknowledgements.Completion.WaitAsync(_options.Timeout, _clock, cancellationToken);
            _acknowledged.Add(tenantId, ingestedAt, events.Count);
        }
        catch (Exception e) when (e is KafkaException or TimeoutException or ObjectDisposedException)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            LogNotAcknowledged(e.Message, events.Count);
            throw new BrokerUnavailableException(e);
        }
    }

    public void Dispose()
    {
        // Requests have ended by now; what they did not see acknowledged was not reported as accepted.
        _producer.Dispose();
    }

    private void Enqueue(Ulid tenantId, IReadOnlyList<UsageEvent> events, DateTimeOffset ingestedAt, Headers headers, Acknowledgements acknowledgements)
    {
        var producer = _producer;
        var timestamp = new Timestamp(ingestedAt);
        foreach (var usageEvent in events)
        {
            var message = new Message<byte[], byte[]>
            {
                Key = EventRecord.Key(tenantId, usageEvent.Subject),
                Value = usageEvent.Json.ToArray(),
                Headers = headers,
                Timestamp = timestamp,
            };
            producer.Produce(UsageEventTopic.Name, message, acknowledgements.Add);
        }
    }

    private IProducer<byte[], byte[]> Create() => new ProducerBuilder<byte[], byte[]>(new ProducerConfig
    {
        BootstrapServers = _kafka.BootstrapServers,
        ClientId = $"api-{Environment.ProcessId}",
        Acks = Acks.All,
        EnableIdempotence = true,
        CompressionType = CompressionType.Lz4,
        LingerMs = _options.Linger.TotalMilliseconds,
        MessageTimeoutMs = (int)_options.Timeout.TotalMilliseconds,
        // The bound of memory: a full queue is answered with 503 at once.
        QueueBufferingMaxKbytes = _options.QueueKilobytes,
        QueueBufferingMaxMessages = _options.QueueEvents,
        MessageMaxBytes = 2 * UsageEventReader.MaxEventBytes,
        StatisticsIntervalMs = 5_000,
    })
    .SetStatisticsHandler((_, json) => _statistics.Observe(json))
    .SetLogHandler((_, message) => KafkaLog.Write(_logger, message))
    .SetErrorHandler(Replace)
    .Build();

    /// <summary>After a fatal error an idempotent producer sends nothing any more; a new one goes on.</summary>
    private void Replace(IProducer<byte[], byte[]> failed, Error error)
    {
        if (!error.IsFatal)
            return;

        LogReplaced(error.Reason);
        lock (_lock)
        {
            if (ReferenceEquals(_producer, failed))
                _producer = Create();
        }

        // Not here: this is the failed producer's own thread, and disposing waits for it.
        _ = Task.Run(failed.Dispose);
    }

    [LoggerMessage(1, LogLevel.Warning, "Kafka did not acknowledge a request of {Count} events: {Reason}")]
    private partial void LogNotAcknowledged(string reason, int count);

    [LoggerMessage(2, LogLevel.Error, "The producer failed for good and is replaced: {Reason}")]
    private partial void LogReplaced(string reason);

    /// <summary>Counts the answers of one request's records; the first failure decides.</summary>
    private sealed class Acknowledgements(int expected)
    {
        private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _missing = expected;

        public Task Completion => _completion.Task;

        public void Add(DeliveryReport<byte[], byte[]> report)
        {
            if (report.Error.IsError || report.Status != PersistenceStatus.Persisted)
                _completion.TrySetException(new KafkaException(report.Error));
            else if (Interlocked.Decrement(ref _missing) == 0)
                _completion.TrySetResult();
        }
    }
}

/// <summary>The broker is away, slow, or its queue is full: the answer is 503 with <c>Retry-After</c>.</summary>
internal sealed class BrokerUnavailableException(Exception cause) : Exception("Kafka did not acknowledge the events.", cause);
