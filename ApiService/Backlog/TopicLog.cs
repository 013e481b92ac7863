using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.ApiService.Backlog;

/// <summary>A partition's log: the first offset it holds, and the one its next record gets.</summary>
internal readonly record struct PartitionLog(int Partition, long Low, long High)
{
    /// <param name="counted">The first offset that was not counted, read before the log was looked at: where it is beyond the end, the log was cut.</param>
    public long FirstUncounted(long counted) => counted > High ? Low : Math.Max(counted, Low);
}

/// <summary>What the broker knows of the topic, over one connection that is kept.</summary>
internal sealed class TopicLog(KafkaConnection kafka, ILogger<TopicLog> logger) : IDisposable
{
    /// <summary>What librdkafka's in-memory cluster keeps of a partition; it is the one broker that describes no configuration.</summary>
    public const long InMemoryRetentionBytes = 5 * 1024 * 1024;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly Lazy<KafkaAdmin> _client = new(() =>
        new(new AdminClientBuilder(kafka.Configure(new AdminClientConfig { ClientId = "backlog" }))
            .SetLogHandler((_, message) => KafkaLog.Write(logger, message))
            // What matters arrives as an exception.
            .SetErrorHandler((_, _) => { })
            .Build()));

    public async Task<StreamIdentity> IdentifyAsync(CancellationToken cancellationToken) =>
        new(UsageEventTopic.Name, await _client.Value.GetTopicIdAsync(UsageEventTopic.Name, RequestTimeout, cancellationToken));

    /// <summary>Every partition, in order; null for one of which no broker tells, as while it has no leader.</summary>
    /// <exception cref="KafkaException">No broker tells of any.</exception>
    public async Task<IReadOnlyList<PartitionLog?>> ReadAsync(CancellationToken cancellationToken)
    {
        var partitions = (await MetadataAsync(cancellationToken)).Topics[0].Partitions;
        var led = partitions.Where(partition => partition.Leader >= 0).Select(partition => partition.PartitionId).ToList();
        if (led.Count == 0)
            throw new KafkaException(ErrorCode.LeaderNotAvailable);
        // The start first: what is deleted in between makes the log look longer than it is, not shorter.
        var low = await ListAsync(led, OffsetSpec.Earliest(), cancellationToken);
        var high = await ListAsync(led, OffsetSpec.Latest(), cancellationToken);
        return [.. Enumerable.Range(0, partitions.Count).Select(partition =>
            low.TryGetValue(partition, out var first) && high.TryGetValue(partition, out var next) ? new PartitionLog(partition, first, next) : (PartitionLog?)null)];
    }

    /// <summary>By partition: the first offset with a timestamp at or after <paramref name="time"/>; negative when there is none.</summary>
    /// <exception cref="KafkaException">Not all of them tell.</exception>
    public async Task<IReadOnlyDictionary<int, long>> FirstSinceAsync(
        DateTimeOffset time, IReadOnlyCollection<int> partitions, CancellationToken cancellationToken)
    {
        var offsets = await ListAsync(partitions, OffsetSpec.ForTimestamp(time.ToUnixTimeMilliseconds()), cancellationToken);
        return offsets.Count == partitions.Count ? offsets : throw new KafkaException(ErrorCode.LeaderNotAvailable);
    }

    /// <summary>By partition, what the group committed; one that it never committed is missing.</summary>
    /// <exception cref="KafkaException">The broker did not tell: it is away, or doesn't allow it.</exception>
    public async Task<IReadOnlyDictionary<int, long>> ReadCommittedAsync(string group, CancellationToken cancellationToken)
    {
        var partitions = (await MetadataAsync(cancellationToken)).Topics[0].Partitions;
        return await _client.Value.GetCommittedAsync(
            group, partitions.Select(partition => new TopicPartition(UsageEventTopic.Name, partition.PartitionId)), RequestTimeout, cancellationToken);
    }

    /// <exception cref="KafkaException">The broker did not tell: it is away, or doesn't allow it.</exception>
    public async Task<TopicRetention> ReadRetentionAsync(CancellationToken cancellationToken)
    {
        try
        {
            var settings = await _client.Value.GetTopicSettingsAsync(UsageEventTopic.Name, RequestTimeout, cancellationToken);
            var replicas = (await MetadataAsync(cancellationToken)).Topics[0].Partitions.Select(partition => partition.Replicas.Length).DefaultIfEmpty().Max();
            return TopicRetention.Of(Setting("retention.bytes"), Setting("retention.ms")) with
            {
                Fault = UsageEventTopicSettings.FaultOf(Setting),
                Warning = UsageEventTopicSettings.WarningOf(Setting, replicas),
            };

            string? Setting(string name) => settings.GetValueOrDefault(name)?.Value;
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_UnsupportedFeature)
        {
            return new TopicRetention(InMemoryRetentionBytes, Time: null);
        }
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }

    private Task<Metadata> MetadataAsync(CancellationToken cancellationToken) =>
        _client.Value.GetMetadataAsync(UsageEventTopic.Name, RequestTimeout, cancellationToken);

    private Task<IReadOnlyDictionary<int, long>> ListAsync(IReadOnlyCollection<int> partitions, OffsetSpec spec, CancellationToken cancellationToken) =>
        _client.Value.ListOffsetsAsync(UsageEventTopic.Name, partitions, spec, RequestTimeout, cancellationToken);
}
