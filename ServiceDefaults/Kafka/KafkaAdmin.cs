using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>
/// An admin client whose questions can be given up, as a service that stops does, and end in time. It is disposed when the last blocking one has returned:
/// disposing frees native memory, which such a call on another thread still stands in (the process died of it).
/// </summary>
public sealed class KafkaAdmin(IAdminClient client) : IDisposable
{
    /// <summary>librdkafka's own timeout is to come first.</summary>
    private const int AnswerTimeouts = 2;

    // One for not being disposed, and one for each question that blocks.
    private readonly ReferenceCount _references = new();

    /// <param name="topic">The one topic that is asked for; null for all.</param>
    /// <param name="timeout">How long the broker may take.</param>
    /// <param name="cancellationToken">Gives the question up at once.</param>
    /// <exception cref="KafkaException">The broker did not tell in time.</exception>
    public Task<Metadata> GetMetadataAsync(string? topic, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(!_references.TryAdd(), this);
        return InTimeAsync(Task.Run(() => Ask(topic, timeout), CancellationToken.None), "Metadata", timeout, cancellationToken);
    }

    /// <summary>The id that Kafka drew when the topic was made.</summary>
    /// <exception cref="KafkaException">The broker did not tell within <paramref name="timeout"/> a question, of which there are two.</exception>
    public async Task<string> GetTopicIdAsync(string topic, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // librdkafka 2.16 aborts the process when a broker describes topics without naming any or itself, as one that is starting may:
        // whether it can tell is asked in the way that survives.
        await GetMetadataAsync(topic, timeout, cancellationToken);
        var described = client.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = timeout });
        return (await InTimeAsync(described, $"The topic '{topic}'", timeout, cancellationToken)).TopicDescriptions[0].TopicId.ToString();
    }

    /// <summary>The topic's settings by name.</summary>
    /// <exception cref="KafkaException">The broker did not tell in time, or doesn't allow it.</exception>
    public async Task<IReadOnlyDictionary<string, ConfigEntryResult>> GetTopicSettingsAsync(string topic, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        var described = client.DescribeConfigsAsync([resource], new DescribeConfigsOptions { RequestTimeout = timeout });
        return (await InTimeAsync(described, $"The settings of topic '{topic}'", timeout, cancellationToken))[0].Entries;
    }

    /// <summary>By partition, the offset that <paramref name="spec"/> means; negative when there is none. One whose broker does not tell is missing.</summary>
    /// <exception cref="KafkaException">The broker did not tell in time, or of none.</exception>
    public async Task<IReadOnlyDictionary<int, long>> ListOffsetsAsync(
        string topic, IReadOnlyCollection<int> partitions, OffsetSpec spec, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var wanted = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(topic, partition), OffsetSpec = spec });
        var listed = client.ListOffsetsAsync(wanted, new ListOffsetsOptions { RequestTimeout = timeout });
        return (await ResultsAsync(InTimeAsync(listed, $"Offsets of topic '{topic}'", timeout, cancellationToken)))
            .Where(told => !told.Error.IsError)
            .ToDictionary(told => told.Partition.Value, told => told.Offset.Value);
    }

    /// <summary>By partition of one topic, the offset that the group committed last; a partition that it never committed is missing.</summary>
    /// <exception cref="KafkaException">The broker did not tell in time, or doesn't allow it.</exception>
    public async Task<IReadOnlyDictionary<int, long>> GetCommittedAsync(
        string group, IEnumerable<TopicPartition> partitions, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var listed = client.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(group, [.. partitions])], new ListConsumerGroupOffsetsOptions { RequestTimeout = timeout });
        return (await InTimeAsync(listed, $"Offsets of group '{group}'", timeout, cancellationToken))[0].Partitions
            .Where(committed => committed.Offset >= 0)
            .ToDictionary(committed => committed.Partition.Value, committed => committed.Offset.Value);
    }

    public void Dispose() => Release();

    /// <summary>Bounded here, too: a consumer waited for good once, after its broker had gone and come back within the question.</summary>
    private static async Task<T> InTimeAsync<T>(Task<T> answer, string wanted, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(AnswerTimeouts * timeout, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"{wanted}: Kafka did not tell in time."), e);
        }
    }

    private static async Task<IEnumerable<TopicPartitionOffsetError>> ResultsAsync(Task<ListOffsetsResult> listing)
    {
        try
        {
            return (await listing).ResultInfos.Select(result => result.TopicPartitionOffsetError);
        }
        catch (ListOffsetsException e) when (e.Result.ResultInfos.Any(result => !result.TopicPartitionOffsetError.Error.IsError))
        {
            return e.Result.ResultInfos.Select(result => result.TopicPartitionOffsetError);
        }
    }

    private Metadata Ask(string? topic, TimeSpan timeout)
    {
        try
        {
            return topic is null ? client.GetMetadata(timeout) : client.GetMetadata(topic, timeout);
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        // On a thread of its own: disposing waits for the client's threads, and whoever asked goes on.
        if (_references.Release())
            _ = Task.Run(client.Dispose);
    }
}
