using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudNative.IngestService;

/// <summary>The topic's present incarnation, and the take-over of its partitions.</summary>
internal sealed partial class EventStream(
    NpgsqlDataSource dataSource, KafkaConnection kafka, IngestProgress progress, IOptions<IngestOptions> options, IHostEnvironment environment,
    ILogger<EventStream> logger)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private StreamIdentity? _identity;

    /// <summary>The stream that the topic was when it was last asked.</summary>
    public int Id { get; private set; }

    /// <summary>Finds out which stream the topic is; waits for a broker or a database that is away.</summary>
    /// <exception cref="StreamReplacedException">It is another one than before, and nobody said that this is right.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var mayBeReplaced = options.Value.AcceptReplacedTopic ?? environment.IsDevelopment();
        var identity = await UntilDoneAsync(IdentifyAsync, cancellationToken);
        var id = await UntilDoneAsync(token => IngestOffsets.OpenStreamAsync(dataSource, identity, mayBeReplaced, token), cancellationToken);
        if (id != Id)
            LogOpened(identity.Topic, identity.TopicId, id);
        (Id, _identity) = (id, identity);
    }

    /// <summary>Makes this consumer the only owner of the partition; null when the topic has become another stream instead, of which all is to be claimed anew.</summary>
    /// <exception cref="OffsetOutsideLogException">The next record to count is no longer, or not yet, in the log.</exception>
    public async Task<PartitionClaim?> TakeOverAsync(IConsumer<byte[], byte[]> consumer, TopicPartition partition, CancellationToken cancellationToken)
    {
        var log = await LogAsync(consumer, partition, cancellationToken);
        var claim = await UntilDoneAsync(
            token => IngestOffsets.TakeOverAsync(dataSource, Id, partition.Partition, log.Low, token), cancellationToken);
        if (!IsOutside(claim, log))
            return claim;

        // Asked again, because the owner before may have counted on while the take-over waited.
        log = await LogAsync(consumer, partition, cancellationToken);
        return IsOutside(claim, log) ? await GoOnAsync(new OffsetOutsideLogException(partition, claim, log), cancellationToken) : claim;
    }

    private static bool IsOutside(PartitionClaim claim, WatermarkOffsets log) => claim.IsCut || claim.NextOffset < log.Low || claim.NextOffset > log.High;

    private Task<WatermarkOffsets> LogAsync(IConsumer<byte[], byte[]> consumer, TopicPartition partition, CancellationToken cancellationToken) =>
        UntilDoneAsync(_ => Task.FromResult(consumer.QueryWatermarkOffsets(partition, RequestTimeout)), cancellationToken);

    private async Task<PartitionClaim?> GoOnAsync(OffsetOutsideLogException outside, CancellationToken cancellationToken)
    {
        // Remembered: the log may grow past the offset again, with other records.
        if (outside.IsCut)
            await UntilDoneAsync(token => IngestOffsets.MarkCutAsync(dataSource, outside.Claim, token), cancellationToken);
        if (!options.Value.AcceptLostRecords)
            throw outside;

        LogLost(outside.Message);
        if (!outside.IsCut)
            return await UntilDoneAsync(token => IngestOffsets.MoveAsync(dataSource, outside.Claim, outside.Log.Low, token), cancellationToken);
        Id = await UntilDoneAsync(token => IngestOffsets.ReplaceStreamAsync(dataSource, Id, _identity!, token), cancellationToken);
        return null;
    }

    private async Task<StreamIdentity> IdentifyAsync(CancellationToken cancellationToken)
    {
        using var admin = new KafkaAdmin(new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers })
            .SetLogHandler((_, message) => KafkaLog.Write(logger, message)).Build());
        return new StreamIdentity(UsageEventTopic.Name, await admin.GetTopicIdAsync(UsageEventTopic.Name, RequestTimeout, cancellationToken));
    }

    private async Task<T> UntilDoneAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await action(cancellationToken);
            }
            catch (Exception e) when (e is not (OperationCanceledException or StreamReplacedException))
            {
                progress.Failed(e.Message);
                LogWaiting(e);
                await Task.Delay(RetryDelay, cancellationToken);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Counting topic {Topic} ({TopicId}) as stream {StreamId}")]
    private partial void LogOpened(string topic, string topicId, int streamId);

    [LoggerMessage(3, LogLevel.Critical, "Goes on at the earliest record, as Ingest:AcceptLostRecords says: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(2, LogLevel.Warning, "Waits for Kafka and PostgreSQL")]
    private partial void LogWaiting(Exception exception);
}

/// <summary>Counting stops at this partition, because going on at any other offset would lose events or count them twice.</summary>
public sealed class OffsetOutsideLogException(TopicPartition partition, PartitionClaim claim, WatermarkOffsets log) : Exception(
    $"Partition {partition.Partition.Value} of '{partition.Topic}' is counted up to offset {claim.NextOffset}, but its log holds {log.Low.Value} to {log.High.Value}: "
    + (claim.IsCut || claim.NextOffset > log.High ? "it was cut, or is another cluster's." : "the broker deleted records that were not counted."))
{
    public PartitionClaim Claim => claim;

    public WatermarkOffsets Log => log;

    /// <summary>The log ended before the offset, now or earlier.</summary>
    public bool IsCut => claim.IsCut || claim.NextOffset > log.High;
}
