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
    /// <exception cref="UnfitTopicException">The broker would lose them: nothing was sent.</exception>
    /// <exception cref="BrokerUnavailableException">At least one event was not acknowledged: none may be reported as accepted.</exception>
    public async Task PublishAsync(Ulid tenantId, IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return;

        var patience = await ReadyAsync(cancellationToken);
        await PublishAsync(tenantId, RecordsOf(tenantId, events), patience, cancellationToken);
    }

    /// <summary>
    /// A process that has just started looks at the log first: until then it would not refuse what there is no room for. To be awaited before a request is read,
    /// so that one that waits here holds nothing.
    /// </summary>
    /// <returns>How long the broker may take from now on.</returns>
    /// <exception cref="BrokerUnavailableException">The broker does not tell of the log.</exception>
    public ValueTask<TimeSpan> ReadyAsync(CancellationToken cancellationToken) =>
        backlog.Known.IsCompleted ? new(options.Value.Timeout) : new(KnowBacklogAsync(cancellationToken));

    /// <summary>The records of events, with their bytes copied: whatever these were read from is not needed any more.</summary>
    public static Message<byte[], byte[]>[] RecordsOf(Ulid tenantId, IReadOnlyList<UsageEvent> events)
    {
        var records = new Message<byte[], byte[]>[events.Count];
        for (var i = 0; i < records.Length; i++)
            records[i] = new Message<byte[], byte[]> { Key = EventRecord.Key(tenantId, events[i].Subject), Value = events[i].Json.ToArray() };
        return records;
    }

    /// <inheritdoc cref="PublishAsync(Ulid, IReadOnlyList{UsageEvent}, CancellationToken)"/>
    /// <param name="tenantId">Whose they are.</param>
    /// <param name="records">What <see cref="RecordsOf"/> made.</param>
    /// <param name="patience">What <see cref="ReadyAsync"/> left.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task PublishAsync(Ulid tenantId, Message<byte[], byte[]>[] records, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (records.Length == 0)
            return;

        var entry = backlog.NewEntry();
        foreach (var record in records)
            entry.Add(record.Key, record.Value.Length);
        if (!entry.TryEnter())
            throw new BacklogFullException();

        try
        {
            var ingestedAt = clock.GetUtcNow();
            await SendAsync(tenantId, records, entry, ingestedAt, patience, cancellationToken);
            acknowledged.Add(tenantId, ingestedAt, records.Length);
        }
        finally
        {
            // Whatever ended the request, its records may be on their way: the last of them to be answered for gives the room back.
            entry.Release();
        }
    }

    private async Task<TimeSpan> KnowBacklogAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        try
        {
            await backlog.Known.WaitAsync(options.Value.Timeout, clock, cancellationToken);
            return options.Value.Timeout - clock.GetElapsedTime(started);
        }
        catch (TimeoutException e)
        {
            throw new BrokerUnavailableException(e);
        }
    }

    private async Task SendAsync(
        Ulid tenantId, Message<byte[], byte[]>[] records, BacklogEntry entry, DateTimeOffset ingestedAt, TimeSpan patience, CancellationToken cancellationToken)
    {
        var headers = new Headers
        {
            { EventRecord.TenantHeader, EventRecord.Tenant(tenantId) },
            { EventRecord.ContentTypeHeader, EventRecord.ContentType.ToArray() },
        };
        using var span = KafkaTracing.StartPublish(UsageEventTopic.Name, headers);
        try
        {
            await SendUntilDatedRightAsync(records, entry, headers, ingestedAt, patience, cancellationToken);
        }
        catch (Exception e) when (e is KafkaException or TimeoutException or ObjectDisposedException)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            LogNotAcknowledged(e.Message, records.Length);
            throw new BrokerUnavailableException(e);
        }
    }

    private async Task SendUntilDatedRightAsync(
        Message<byte[], byte[]>[] records, BacklogEntry entry, Headers headers, DateTimeOffset ingestedAt, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
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
            var left = patience - clock.GetElapsedTime(started);
            try
            {
                await acknowledgements.Completion.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellationToken);
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
