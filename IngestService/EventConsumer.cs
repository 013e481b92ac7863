using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.IngestService;

/// <summary>Takes what is there from its partitions, hands it to the store, and reads on while that is stored.</summary>
internal sealed partial class EventConsumer(
    EventStream stream, SinkLanes lanes, IngestProgress progress, ConsumerFactory consumers, TimeProvider clock, ILogger<EventConsumer> logger)
    : BackgroundService
{
    private static readonly TimeSpan IdlePoll = TimeSpan.FromMilliseconds(100);

    /// <summary>While a transaction runs or is due: its end, or its time, is noticed this soon, also when no record arrives.</summary>
    private static readonly TimeSpan BusyPoll = TimeSpan.FromMilliseconds(2);

    /// <summary>So long a full consumer waits for the store before it goes on to speak to its group, with its partitions paused.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often it is asked whether the topic is still the same one, and where its partitions end. Until a new one shows, its records may have been taken for
    /// the old one's; they are read again from its start then, and their keys are known.
    /// </summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long the running transactions may take after the service was told to stop.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Partitions whose next offset the broker does not have.</summary>
    private readonly HashSet<int> _outside = [];

    private Task _looking = Task.CompletedTask;
    private long _lookedAt;

    // Consume blocks its thread, so the loop has one of its own.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => RunAsync(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        using var drain = new CancellationTokenSource();
        using var stopping = stoppingToken.Register(() => drain.CancelAfter(DrainTimeout));
        try
        {
            await LookAsync(stoppingToken);
            await lanes.PrepareAsync(stoppingToken);
            // A client remembers of a topic what does not hold for a new one of that name, and would read nothing: each stream has its own.
            while (!stoppingToken.IsCancellationRequested)
                await ConsumeAsync(stream.Id, stoppingToken, drain.Token);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // The host stops with its background service, and must not look as if it had finished.
            LogFailed(e);
            Environment.ExitCode = 1;
            throw;
        }
    }

    private async Task ConsumeAsync(int streamId, CancellationToken stoppingToken, CancellationToken drainToken)
    {
        _outside.Clear();
        using var consumer = consumers.Create((client, partitions) => Assign(client, partitions, stoppingToken), Revoke);
        consumer.Subscribe(UsageEventTopic.Name);
        try
        {
            while (!stoppingToken.IsCancellationRequested && stream.Id == streamId)
            {
                if (lanes.IsFull && lanes.IsBusy)
                    await WaitForRoomAsync(consumer, stoppingToken);
                else
                    Collect(consumer);
                await TurnAsync(consumer, drainToken);
                if (!stoppingToken.IsCancellationRequested && _looking.IsCompleted && clock.GetElapsedTime(_lookedAt) > LookInterval)
                    await BeginLookAsync([.. lanes.Claims.Select(claim => claim.Partition)], stoppingToken);
            }

            while (lanes.IsBusy)
            {
                await lanes.AnyAsync();
                await TurnAsync(consumer, drainToken);
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
        var timeout = lanes.IsBusy || lanes.IsWaiting ? BusyPoll : IdlePoll;
        while (!lanes.IsFull && Consume(consumer, timeout) is { } record)
        {
            lanes.Add(record);
            timeout = TimeSpan.Zero;
        }
    }

    private async Task WaitForRoomAsync(IConsumer<byte[], byte[]> consumer, CancellationToken stoppingToken)
    {
        var room = lanes.AnyAsync();
        await Task.WhenAny(room, Task.Delay(Patience, stoppingToken));
        if (room.IsCompleted)
            return;

        // A store that is away for long must not cost the membership: who does not poll is thrown out of the group.
        var paused = new HashSet<TopicPartition>();
        while (!room.IsCompleted && !stoppingToken.IsCancellationRequested)
        {
            consumer.Pause(consumer.Assignment);
            paused.UnionWith(consumer.Assignment);
            if (Consume(consumer, IdlePoll) is { } record)
                lanes.Add(record);
        }

        // Also what was lost meanwhile: librdkafka would have it paused still when it comes back.
        consumer.Resume(paused);
    }

    private ConsumeResult<byte[], byte[]>? Consume(IConsumer<byte[], byte[]> consumer, TimeSpan timeout)
    {
        try
        {
            return consumer.Consume(timeout);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            progress.Failed(e.Error.Reason);
            LogConsumeFailed(e.Error.Reason);
            if (e.Error.Code == ErrorCode.Local_AutoOffsetReset)
                _outside.Add(e.ConsumerRecord.Partition);
            return null;
        }
    }

    private async Task TurnAsync(IConsumer<byte[], byte[]> consumer, CancellationToken drainToken)
    {
        var (stored, lost) = await lanes.TurnAsync(drainToken);
        foreach (var batch in stored)
        {
            // Where counting goes on is read from PostgreSQL. This is for tools that show lag, and for an API that can't reach PostgreSQL: it takes this for
            // counted, so nothing may be told here before it is stored.
            consumer.StoreOffset(new TopicPartitionOffset(UsageEventTopic.Name, batch.Claim.Partition, batch.End));
        }

        foreach (var batch in lost)
            LogFenced(batch.Claim.Partition, batch.Claim.Epoch);
        var cut = lanes.Cut.ToList();
        foreach (var claim in cut)
            await stream.MarkCutAsync(claim, drainToken);
        if (lost.Count > 0 || cut.Count > 0 || IsOutside())
            Rejoin(consumer);
        foreach (var claim in lanes.Claims)
            progress.Observe(claim.Partition, claim.NextOffset, FetchedEnd(consumer, claim.Partition));
    }

    /// <summary>
    /// Kafka may go on believing that a lost partition is this consumer's, and would then never assign it to anybody: so the group is left and joined
    /// again, and whoever gets a partition claims it anew.
    /// </summary>
    private void Rejoin(IConsumer<byte[], byte[]> consumer)
    {
        consumer.Unsubscribe();
        Release(lanes.Claims.Select(claim => claim.Partition));
        consumer.Subscribe(UsageEventTopic.Name);
    }

    /// <summary>Begins to ask which stream the topic is, and where the owned partitions end; fails when it must not be another one than before.</summary>
    private async Task BeginLookAsync(IReadOnlyCollection<int> owned, CancellationToken cancellationToken)
    {
        await _looking;
        (_looking, _lookedAt) = (stream.OpenAsync(owned, cancellationToken), clock.GetTimestamp());
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await BeginLookAsync([], cancellationToken);
        await _looking;
    }

    /// <summary>
    /// Whether a partition is to be claimed anew because the broker no longer has what is next. Not before its records that were read are stored: they may be
    /// nowhere else any more.
    /// </summary>
    private bool IsOutside()
    {
        if (_outside.Count == 0 || lanes.IsBusy || _outside.Any(partition => lanes.Owning(partition).IsWaiting(partition)))
            return false;
        _outside.Clear();
        return true;
    }

    /// <summary>One partition is not counted any further, and readiness says so; the others go on.</summary>
    private void Stop(OffsetOutsideLogException cause)
    {
        progress.Stopped(cause.Claim.Partition, cause.Message);
        LogStopped(cause.Message);
    }

    // librdkafka calls back on the thread that consumes and waits for the answer, so there is nothing to be awaited by.
    private List<TopicPartitionOffset> Assign(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        // An offset of the old stream would skip the first records of a new one.
        LookAsync(cancellationToken).GetAwaiter().GetResult();
        progress.Joined();
        return [.. partitions.Select(partition => new TopicPartitionOffset(partition, Claim(consumer, partition, cancellationToken)))];
    }

    private Offset Claim(IConsumer<byte[], byte[]> consumer, TopicPartition partition, CancellationToken cancellationToken)
    {
        try
        {
            if (stream.TakeOverAsync(consumer, partition, cancellationToken).GetAwaiter().GetResult() is not { } claim)
                return Offset.End;
            lanes.Owning(claim.Partition).Assign(claim);
            LogClaimed(claim.Partition, claim.NextOffset);
            return claim.Last?.Offset ?? claim.NextOffset;
        }
        catch (OffsetOutsideLogException e)
        {
            // Kafka wants it assigned. Its records are ignored, because it is not claimed.
            Stop(e);
            return Offset.End;
        }
    }

    private void Revoke(IEnumerable<TopicPartitionOffset> partitions) => Release(partitions.Select(partition => partition.Partition.Value));

    private void Release(IEnumerable<int> partitions)
    {
        foreach (var partition in partitions.ToList())
        {
            lanes.Owning(partition).Remove(partition);
            progress.Forget(partition);
        }
    }

    /// <summary>What the last fetch told; asks no broker. Negative before the first.</summary>
    private static long FetchedEnd(IConsumer<byte[], byte[]> consumer, int partition) =>
        consumer.GetWatermarkOffsets(new TopicPartition(UsageEventTopic.Name, partition)).High.Value;

    [LoggerMessage(1, LogLevel.Warning, "Kafka: {Reason}")]
    private partial void LogConsumeFailed(string reason);

    [LoggerMessage(2, LogLevel.Warning, "Partition {Partition} was taken over by another consumer (this one had epoch {Epoch}); its batch was dropped, to be counted there")]
    private partial void LogFenced(int partition, long epoch);

    [LoggerMessage(3, LogLevel.Information, "Took over partition {Partition} at offset {Offset}")]
    private partial void LogClaimed(int partition, long offset);

    [LoggerMessage(4, LogLevel.Critical, "Counting stops")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(5, LogLevel.Critical, "Counting stops at one partition until Ingest:AcceptLostRecords lets it go on: {Reason}")]
    private partial void LogStopped(string reason);
}
