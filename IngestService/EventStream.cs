using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
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

    /// <summary>So far may the clock that dated a record be ahead of PostgreSQL's.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    private StreamIdentity? _identity;

    /// <summary>The stream that the topic was when it was last asked.</summary>
    public int Id { get; private set; }

    /// <summary>Finds out which stream the topic is, and where partitions end; waits for a broker or a database that is away.</summary>
    /// <param name="partitions">Those whose end is asked for.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="StreamReplacedException">It is another one than before, and nobody said that this is right.</exception>
    public async Task OpenAsync(IReadOnlyCollection<int> partitions, CancellationToken cancellationToken)
    {
        var mayBeReplaced = options.Value.AcceptReplacedTopic ?? environment.IsDevelopment();
        var (identity, ends) = await UntilDoneAsync(token => AskAsync(partitions, token), cancellationToken);
        var id = await UntilDoneAsync(token => IngestOffsets.OpenStreamAsync(dataSource, identity, mayBeReplaced, token), cancellationToken);
        if (id != Id)
            LogOpened(identity.Topic, identity.TopicId, id);
        (Id, _identity) = (id, identity);
        if (ends is not null)
            progress.Looked(ends);
    }

    /// <summary>Makes this consumer the only owner of the partition; null when the topic has become another stream instead, of which all is to be claimed anew.</summary>
    /// <exception cref="OffsetOutsideLogException">The next record to count is no longer, or not yet, in the log.</exception>
    public async Task<PartitionClaim?> TakeOverAsync(IConsumer<byte[], byte[]> consumer, TopicPartition partition, CancellationToken cancellationToken)
    {
        var log = await LogAsync(consumer, partition, cancellationToken);
        var claim = await UntilDoneAsync(
            token => IngestOffsets.TakeOverAsync(dataSource, Id, partition.Partition, log.Low, log.High, token), cancellationToken);
        if (!IsOutside(claim, log))
            return ForgetDeleted(claim, log);

        // Asked again, because the owner before may have counted on while the take-over waited.
        log = await LogAsync(consumer, partition, cancellationToken);
        return IsOutside(claim, log) ? await GoOnAsync(consumer, new OffsetOutsideLogException(partition, claim, log), cancellationToken) : ForgetDeleted(claim, log);
    }

    /// <summary>The log holds another record where the claim's last one was counted: the next take-over knows.</summary>
    public Task MarkCutAsync(PartitionClaim claim, CancellationToken cancellationToken) =>
        UntilDoneAsync(token => IngestOffsets.MarkCutAsync(dataSource, claim, token), cancellationToken);

    /// <summary>A record that the broker has deleted since it was counted tells nothing.</summary>
    private static PartitionClaim ForgetDeleted(PartitionClaim claim, WatermarkOffsets log) => claim.Last?.Offset < log.Low ? claim with { Last = null } : claim;

    private static bool IsOutside(PartitionClaim claim, WatermarkOffsets log) => claim.IsCut || claim.NextOffset < log.Low || claim.NextOffset > log.High;

    private Task<WatermarkOffsets> LogAsync(IConsumer<byte[], byte[]> consumer, TopicPartition partition, CancellationToken cancellationToken) =>
        UntilDoneAsync(_ => Task.FromResult(consumer.QueryWatermarkOffsets(partition, RequestTimeout)), cancellationToken);

    private async Task<PartitionClaim?> GoOnAsync(IConsumer<byte[], byte[]> consumer, OffsetOutsideLogException outside, CancellationToken cancellationToken)
    {
        // Remembered: the log may grow past the offset again, with other records.
        if (outside.IsCut)
            await MarkCutAsync(outside.Claim, cancellationToken);
        if (!options.Value.AcceptLostRecords)
            throw outside;

        LogLost(outside.Message);
        if (!outside.IsCut)
            return await UntilDoneAsync(token => IngestOffsets.MoveAsync(dataSource, outside.Claim, outside.Log.Low, token), cancellationToken);
        var from = await UntilDoneAsync(token => FirstKnownAsync(consumer, outside, token), cancellationToken);
        Id = await UntilDoneAsync(
            token => IngestOffsets.ReplaceStreamAsync(dataSource, outside.Claim, _identity!, from, outside.Log.High, token), cancellationToken);
        return null;
    }

    /// <summary>
    /// The first record of a cut log of which the keys tell whether it is counted. What lies before it was stored in segments that are dropped: it is counted,
    /// because a record that came after the cut is younger than those.
    /// </summary>
    private async Task<long> FirstKnownAsync(IConsumer<byte[], byte[]> consumer, OffsetOutsideLogException outside, CancellationToken cancellationToken)
    {
        if (await KeptEvents.SinceAsync(dataSource, cancellationToken) is not { } since)
            return outside.Log.Low;

        var time = new TopicPartitionTimestamp(outside.Partition, new Timestamp(since + ClockTolerance));
        var found = consumer.OffsetsForTimes([time], RequestTimeout)[0].Offset;
        var first = found.IsSpecial ? outside.Log.High.Value : Math.Max(found.Value, outside.Log.Low.Value);
        if (first > outside.Log.Low)
            LogSkipped(outside.Claim.Partition, outside.Log.Low.Value, first, since);
        return first;
    }

    private async Task<(StreamIdentity Identity, IReadOnlyDictionary<int, long>? Ends)> AskAsync(
        IReadOnlyCollection<int> partitions, CancellationToken cancellationToken)
    {
        using var admin = new KafkaAdmin(new AdminClientBuilder(kafka.Configure(new AdminClientConfig()))
            .SetLogHandler((_, message) => KafkaLog.Write(logger, message)).Build());
        var identity = new StreamIdentity(UsageEventTopic.Name, await admin.GetTopicIdAsync(UsageEventTopic.Name, RequestTimeout, cancellationToken));
        return (identity, partitions.Count > 0 ? await EndsAsync(admin, partitions, cancellationToken) : null);
    }

    /// <summary>Null when it is not told. Not asked again before the next look: a new topic may not have these partitions, and that it is new must be seen.</summary>
    private async Task<IReadOnlyDictionary<int, long>?> EndsAsync(KafkaAdmin admin, IReadOnlyCollection<int> partitions, CancellationToken cancellationToken)
    {
        try
        {
            return await admin.ListOffsetsAsync(UsageEventTopic.Name, partitions, OffsetSpec.Latest(), RequestTimeout, cancellationToken);
        }
        catch (KafkaException e)
        {
            progress.Failed(e.Message);
            LogWaiting(e);
            return null;
        }
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

    [LoggerMessage(3, LogLevel.Critical, "Goes on with the records that are there, as Ingest:AcceptLostRecords says: {Reason}")]
    private partial void LogLost(string reason);

    [LoggerMessage(4, LogLevel.Warning, "Partition {Partition} is not read again from offset {Low}, but from {First}: what lies before is counted, and its ids are only kept since {Since}")]
    private partial void LogSkipped(int partition, long low, long first, DateTimeOffset since);

    [LoggerMessage(2, LogLevel.Warning, "Waits for Kafka and PostgreSQL")]
    private partial void LogWaiting(Exception exception);
}

/// <summary>Counting stops at this partition, because going on at any other offset would lose events or count them twice.</summary>
public sealed class OffsetOutsideLogException(TopicPartition partition, PartitionClaim claim, WatermarkOffsets log) : Exception(
    $"Partition {partition.Partition.Value} of '{partition.Topic}' is counted up to offset {claim.NextOffset}, but its log holds {log.Low.Value} to {log.High.Value}: "
    + (claim.IsCut || claim.NextOffset > log.High ? "it was cut (and may have grown again), or is another cluster's." : "the broker deleted records that were not counted."))
{
    public TopicPartition Partition => partition;

    public PartitionClaim Claim => claim;

    public WatermarkOffsets Log => log;

    /// <summary>The log ended before the offset, now or earlier.</summary>
    public bool IsCut => claim.IsCut || claim.NextOffset > log.High;
}
