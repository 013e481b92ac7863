using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
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
        Id = id;
    }

    /// <summary>Makes this consumer the only owner of the partition.</summary>
    /// <exception cref="OffsetOutsideLogException">The next record to count is no longer, or not yet, in the log.</exception>
    public async Task<PartitionClaim> TakeOverAsync(IConsumer<byte[], byte[]> consumer, TopicPartition partition, CancellationToken cancellationToken)
    {
        var log = await UntilDoneAsync(_ => Task.FromResult(consumer.QueryWatermarkOffsets(partition, RequestTimeout)), cancellationToken);
        var claim = await UntilDoneAsync(
            token => IngestOffsets.TakeOverAsync(dataSource, Id, partition.Partition, log.Low, token), cancellationToken);
        if (claim.NextOffset >= log.Low && claim.NextOffset <= log.High)
            return claim;

        var outside = new OffsetOutsideLogException(partition, claim.NextOffset, log);
        if (!options.Value.AcceptLostRecords)
            throw outside;
        LogLost(outside.Message);
        return await UntilDoneAsync(token => IngestOffsets.MoveAsync(dataSource, claim, log.Low, token), cancellationToken);
    }

    private async Task<StreamIdentity> IdentifyAsync(CancellationToken cancellationToken)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers })
            .SetLogHandler((_, message) => KafkaLog.Write(logger, message)).Build();
        // librdkafka 2.16 aborts the process when a broker describes topics without naming any or itself, as one that is starting may:
        // whether it can tell is asked in the way that survives.
        await Task.Run(() => admin.GetMetadata(UsageEventTopic.Name, RequestTimeout), cancellationToken).WaitAsync(cancellationToken);
        var topics = await admin.DescribeTopicsAsync(
            TopicCollection.OfTopicNames([UsageEventTopic.Name]), new DescribeTopicsOptions { RequestTimeout = RequestTimeout }).WaitAsync(cancellationToken);
        return new StreamIdentity(UsageEventTopic.Name, topics.TopicDescriptions[0].TopicId.ToString());
    }

    private async Task<T> UntilDoneAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await action(cancellationToken);
            }
            catch (Exception e) when (e is KafkaException or NpgsqlException or TimeoutException)
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
public sealed class OffsetOutsideLogException(TopicPartition partition, long next, WatermarkOffsets log) : Exception(
    $"Partition {partition.Partition.Value} of '{partition.Topic}' is counted up to offset {next}, but its log holds {log.Low.Value} to {log.High.Value}: "
    + (next < log.Low ? "the broker deleted records that were not counted." : "the log was cut, or is another cluster's."))
{
    public int Partition => partition.Partition.Value;
}
