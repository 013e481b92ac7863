using System.Diagnostics;
using CloudNative.ApiService.Backlog;
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
internal sealed partial class EventProducer(
    ProducerPool producers, EventBacklog backlog, AcknowledgedEvents acknowledged, IOptions<EventProducerOptions> options, TimeProvider clock,
    ILogger<EventProducer> logger)
{
    private readonly RecordTimestamps _timestamps = new(clock);

    /// <summary>Completes when every event is durable.</summary>
    /// <exception cref="BacklogFullException">Too much waits to be counted: nothing was sent.</exception>
    /// <exception cref="BrokerUnavailableException">At least one event was not acknowledged: none may be reported as accepted.</exception>
    public async Task PublishAsync(Ulid tenantId, IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return;

        var started = clock.GetTimestamp();
        await KnowBacklogAsync(cancellationToken);
        var records = Records(tenantId, events);
        var entry = backlog.NewEntry();
        foreach (var record in records)
            entry.Add(record.Key, record.Value.Length);
        if (!entry.TryEnter())
            throw new BacklogFullException();

        try
        {
            var ingestedAt = clock.GetUtcNow();
            await SendAsync(tenantId, records, entry, ingestedAt, started, cancellationToken);
            acknowledged.Add(tenantId, ingestedAt, events.Count);
        }
        finally
        {
            // Whatever ended the request, its records may be on their way: the last of them to be answered for gives the room back.
            entry.Release();
        }
    }

    /// <summary>A process that has just started looks at the log first: until then it would not refuse what there is no room for.</summary>
    private async Task KnowBacklogAsync(CancellationToken cancellationToken)
    {
        if (backlog.Known.IsCompleted)
            return;

        try
        {
            await backlog.Known.WaitAsync(options.Value.Timeout, clock, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new BrokerUnavailableException(e);
        }
    }

    private static Message<byte[], byte[]>[] Records(Ulid tenantId, IReadOnlyList<UsageEvent> events)
    {
        var records = new Message<byte[], byte[]>[events.Count];
        for (var i = 0; i < records.Length; i++)
            records[i] = new Message<byte[], byte[]> { Key = EventRecord.Key(tenantId, events[i].Subject), Value = events[i].Json.ToArray() };
        return records;
    }

    private async Task SendAsync(
        Ulid tenantId, Message<byte[], byte[]>[] records, BacklogEntry entry, DateTimeOffset ingestedAt, long started, CancellationToken cancellationToken)
    {
        var headers = new Headers
        {
            { EventRecord.TenantHeader, EventRecord.Tenant(tenantId) },
            { EventRecord.ContentTypeHeader, EventRecord.ContentType.ToArray() },
        };
        using var span = KafkaTracing.StartPublish(UsageEventTopic.Name, headers);
        try
        {
            await SendUntilDatedRightAsync(records, entry, headers, ingestedAt, started, cancellationToken);
        }
        catch (Exception e) when (e is KafkaException or TimeoutException or ObjectDisposedException)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            LogNotAcknowledged(e.Message, records.Length);
            throw new BrokerUnavailableException(e);
        }
    }

    private async Task SendUntilDatedRightAsync(
        Message<byte[], byte[]>[] records, BacklogEntry entry, Headers headers, DateTimeOffset ingestedAt, long started, CancellationToken cancellationToken)
    {
        while (true)
        {
            var lag = _timestamps.Lag;
            if (lag > TimeSpan.Zero)
            {
                headers.Remove(EventRecord.IngestedAtHeader);
                headers.Add(EventRecord.IngestedAtHeader, EventRecord.IngestedAt(ingestedAt));
            }

            var acknowledgements = new Acknowledgements(records.Length, entry);
            var timestamp = new Timestamp(ingestedAt - lag);
            foreach (var record in records)
                (record.Headers, record.Timestamp) = (headers, timestamp);
            producers.Produce(UsageEventTopic.Name, records, acknowledgements);
            var patience = options.Value.Timeout - clock.GetElapsedTime(started);
            try
            {
                await acknowledgements.Completion.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, clock, cancellationToken);
                return;
            }
            catch (KafkaException e) when (IsTimeRefused(e.Error.Code) && _timestamps.TryGoBack(lag))
            {
                // All of them again: those that another batch took already are duplicates, and count once.
                LogDatedBack(e.Error.Reason, _timestamps.Lag);
            }
            catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_InvalidDifferentRecord)
            {
                // They shared a batch with records of a request that was not dated back as far: again as they are.
            }
        }
    }

    // Apache Kafka names the records that it refuses, and then librdkafka has one word for all reasons. Only their time can be wrong with these.
    private static bool IsTimeRefused(ErrorCode code) => code is ErrorCode.InvalidTimestamp or ErrorCode.InvalidRecord;

    [LoggerMessage(1, LogLevel.Warning, "Kafka did not acknowledge a request of {Count} events: {Reason}")]
    private partial void LogNotAcknowledged(string reason, int count);

    [LoggerMessage(2, LogLevel.Error,
        "Kafka refuses records of this time ({Reason}): its clock is behind this one's. They are dated back by {Lag} and keep their time of ingest in a header")]
    private partial void LogDatedBack(string reason, TimeSpan lag);
}

/// <summary>The broker is away, slow, or its queue is full: the answer is 503 with <c>Retry-After</c>.</summary>
internal sealed class BrokerUnavailableException(Exception cause) : Exception("Kafka did not acknowledge the events.", cause);

/// <summary>More events wait to be counted than the broker may keep: the answer is 503 with <c>Retry-After</c>.</summary>
internal sealed class BacklogFullException() : Exception("Too many events wait to be counted.");
