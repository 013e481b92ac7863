using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;

namespace CloudNative.IngestService;

/// <summary>Takes what is there from its partitions, hands it to the store in one transaction, and goes on.</summary>
internal sealed partial class EventConsumer(
    EventStream stream, EventSink sink, IngestProgress progress, IngestMetrics metrics, ConsumerFactory consumers, ILogger<EventConsumer> logger)
    : BackgroundService
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the running transaction may take after the service was told to stop.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Of one transaction: bounds the memory of a consumer that is behind, and stays far below what one parameter may hold.</summary>
    private const long MaxBatchBytes = 16 * 1024 * 1024;

    private readonly OwnedPartitions _owned = new();

    // Consume blocks its thread, so the loop has one of its own.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => RunAsync(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        using var drain = new CancellationTokenSource();
        using var stopping = stoppingToken.Register(() => drain.CancelAfter(DrainTimeout));
        try
        {
            await stream.OpenAsync(stoppingToken);
            await sink.PrepareAsync(stoppingToken);
            await ConsumeAsync(stoppingToken, drain.Token);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // The host stops with its background service, and must not look as if it had finished.
            LogStopped(e);
            Environment.ExitCode = 1;
            throw;
        }
    }

    private async Task ConsumeAsync(CancellationToken stoppingToken, CancellationToken drainToken)
    {
        using var consumer = consumers.Create((client, partitions) => Assign(client, partitions, stoppingToken), Revoke);
        consumer.Subscribe(UsageEventTopic.Name);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                Collect(consumer);
                if (_owned.Waiting > 0)
                    await StoreAsync(consumer, drainToken);
                foreach (var claim in _owned.Claims)
                    progress.Observe(claim.Partition, claim.NextOffset, Lag(consumer, claim));
            }
        }
        finally
        {
            // Leaves the group, whatever ended the loop: others take over now, and not when the session runs out.
            consumer.Close();
        }
    }

    private void Collect(IConsumer<byte[], byte[]> consumer)
    {
        var timeout = PollTimeout;
        while (_owned.Waiting < consumers.MaxBatchRecords && _owned.WaitingBytes < MaxBatchBytes && Consume(consumer, timeout) is { } result)
        {
            _owned.Add(result.Partition, EventRecordReader.Read(result), result.Message.Headers);
            timeout = TimeSpan.Zero;
        }
    }

    private ConsumeResult<byte[], byte[]>? Consume(IConsumer<byte[], byte[]> consumer, TimeSpan timeout)
    {
        try
        {
            return consumer.Consume(timeout);
        }
        catch (ConsumeException e) when (e.Error.Code != ErrorCode.Local_AutoOffsetReset && !e.Error.IsFatal)
        {
            progress.Failed(e.Error.Reason);
            LogConsumeFailed(e.Error.Reason);
            return null;
        }
    }

    private async Task StoreAsync(IConsumer<byte[], byte[]> consumer, CancellationToken cancellationToken)
    {
        var started = metrics.Start();
        using var span = KafkaTracing.StartProcess(UsageEventTopic.Name, _owned.Headers);
        var batches = _owned.Take();
        var result = await sink.StoreAsync(batches, cancellationToken);
        foreach (var batch in batches)
        {
            if (result.Lost.Contains(batch.Claim.Partition))
                LogFenced(batch.Claim.Partition, batch.Claim.Epoch);
            else
                Advance(consumer, batch);
        }

        metrics.Stored(batches, result, started);
        if (result.Lost.Count > 0)
            Rejoin(consumer);
    }

    /// <summary>
    /// Kafka may go on believing that a lost partition is this consumer's, and would then never assign it to anybody: so the group is left and joined
    /// again, and whoever gets a partition claims it anew.
    /// </summary>
    private void Rejoin(IConsumer<byte[], byte[]> consumer)
    {
        consumer.Unsubscribe();
        Release(_owned.Claims.Select(claim => claim.Partition));
        consumer.Subscribe(UsageEventTopic.Name);
    }

    private void Advance(IConsumer<byte[], byte[]> consumer, PartitionBatch batch)
    {
        _owned.Advance(batch);
        // For tools that show lag only: where counting goes on is read from PostgreSQL.
        consumer.StoreOffset(new TopicPartitionOffset(UsageEventTopic.Name, batch.Claim.Partition, batch.End));
    }

    private List<TopicPartitionOffset> Assign(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        var offsets = new List<TopicPartitionOffset>(partitions.Count);
        foreach (var partition in partitions)
        {
            // librdkafka calls back on the thread that consumes and waits for the answer, so there is nothing to be awaited by.
            var claim = stream.TakeOverAsync(consumer, partition, cancellationToken).GetAwaiter().GetResult();
            _owned.Assign(claim);
            offsets.Add(new TopicPartitionOffset(partition, claim.NextOffset));
        }

        progress.Joined();
        LogAssigned(partitions.Count);
        return offsets;
    }

    private void Revoke(IEnumerable<TopicPartitionOffset> partitions) => Release(partitions.Select(partition => partition.Partition.Value));

    private void Release(IEnumerable<int> partitions)
    {
        foreach (var partition in partitions.ToList())
        {
            _owned.Remove(partition);
            progress.Forget(partition);
        }
    }

    /// <summary>From what the last fetches told; asks no broker.</summary>
    private static long Lag(IConsumer<byte[], byte[]> consumer, PartitionClaim claim) =>
        Math.Max(0, consumer.GetWatermarkOffsets(new TopicPartition(UsageEventTopic.Name, claim.Partition)).High.Value - claim.NextOffset);

    [LoggerMessage(1, LogLevel.Warning, "Kafka: {Reason}")]
    private partial void LogConsumeFailed(string reason);

    [LoggerMessage(2, LogLevel.Warning, "Partition {Partition} was taken over by another consumer (this one had epoch {Epoch}); its batch was dropped, to be counted there")]
    private partial void LogFenced(int partition, long epoch);

    [LoggerMessage(3, LogLevel.Information, "Took over {Count} partitions")]
    private partial void LogAssigned(int count);

    [LoggerMessage(4, LogLevel.Critical, "Counting stops")]
    private partial void LogStopped(Exception exception);
}
