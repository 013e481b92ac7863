using System.Diagnostics;
using CloudNative.Bench.Harness;
using CloudNative.Metering.Events;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.Bench.Load;

/// <summary>The topic itself.</summary>
internal static class KafkaLog
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How many records the topic of usage events got.</summary>
    /// <param name="mayBeDeleted">Whether the broker may have deleted some of them, because they were counted long ago.</param>
    /// <exception cref="CountMismatchException">The broker has deleted some of them.</exception>
    public static long Count(string bootstrapServers, bool mayBeDeleted = false)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = "bench" }).Build();
        var logs = Enumerable.Range(0, UsageEventTopic.Partitions)
            .Select(partition => consumer.QueryWatermarkOffsets(new TopicPartition(UsageEventTopic.Name, partition), Timeout)).ToList();
        if (!mayBeDeleted)
            CountMismatchException.ThrowUnless(0, logs.Sum(log => log.Low.Value), "Records that the broker deleted");
        return logs.Sum(log => log.High.Value);
    }

    /// <summary>Deletes the topic and makes it again, empty; with Apache Kafka only.</summary>
    public static async Task RecreateTopicAsync(string bootstrapServers, string topic, int partitions, CancellationToken cancellationToken)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        await admin.DeleteTopicsAsync([topic], new DeleteTopicsOptions { OperationTimeout = Timeout }).WaitAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        while (!await TryCreateAsync(admin, topic, partitions, cancellationToken))
        {
            if (Stopwatch.GetElapsedTime(started) > Timeout)
                throw new TimeoutException($"The topic '{topic}' is still there {Timeout.TotalSeconds} s after it was deleted.");
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    // It is deleted in the background; until then its name is taken.
    private static async Task<bool> TryCreateAsync(IAdminClient admin, string topic, int partitions, CancellationToken cancellationToken)
    {
        try
        {
            var specification = new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 };
            await admin.CreateTopicsAsync([specification], new CreateTopicsOptions { OperationTimeout = Timeout }).WaitAsync(cancellationToken);
            return true;
        }
        catch (CreateTopicsException e) when (e.Results.All(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            return false;
        }
    }
}
