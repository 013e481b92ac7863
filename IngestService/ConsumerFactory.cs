using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService;

/// <summary>Makes the Kafka consumer, with settings that can't lose or skip a record.</summary>
internal sealed class ConsumerFactory(KafkaConnection kafka, KafkaStatistics statistics, IOptions<IngestOptions> options, ILogger<ConsumerFactory> logger)
{
    private const int StatisticsIntervalMs = 5_000;

    private const int HeartbeatsPerSession = 5;

    // What librdkafka may hold ready, of all partitions: bounds the memory of a consumer that is behind.
    private const int QueuedKilobytes = 16 * 1024;

    public IConsumer<byte[], byte[]> Create(
        Func<IConsumer<byte[], byte[]>, List<TopicPartition>, IEnumerable<TopicPartitionOffset>> assigned, Action<IEnumerable<TopicPartitionOffset>> revoked) =>
        new ConsumerBuilder<byte[], byte[]>(kafka.Configure(new ConsumerConfig
        {
            GroupId = options.Value.GroupId,
            ClientId = $"ingest-{Environment.ProcessId}",
            // A stored offset that is not in the log is an error to be seen, never a jump.
            AutoOffsetReset = AutoOffsetReset.Error,
            EnableAutoOffsetStore = false,
            // What a foreign producer's transaction aborted does not count. Its marks are never delivered: only the end behind them tells that they were read.
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            SessionTimeoutMs = (int)options.Value.SessionTimeout.TotalMilliseconds,
            HeartbeatIntervalMs = (int)options.Value.SessionTimeout.TotalMilliseconds / HeartbeatsPerSession,
            FetchWaitMaxMs = 50,
            // Or what has come in that time: an answer a few records is most of the work where events come one by one.
            FetchMinBytes = 64 * 1024,
            QueuedMaxMessagesKbytes = QueuedKilobytes,
            StatisticsIntervalMs = StatisticsIntervalMs,
        }))
        .SetPartitionsAssignedHandler(assigned)
        .SetPartitionsRevokedHandler((_, partitions) => revoked(partitions))
        .SetPartitionsLostHandler((_, partitions) => revoked(partitions))
        .SetStatisticsHandler((_, json) => statistics.Observe(json))
        .SetLogHandler((_, message) => KafkaLog.Write(logger, message))
        .Build();
}
