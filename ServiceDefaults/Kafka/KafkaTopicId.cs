using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>Asks a broker for the id that Kafka drew when a topic was made.</summary>
public static class KafkaTopicId
{
    /// <exception cref="KafkaException">The broker did not tell within <paramref name="timeout"/> a question, of which there are two.</exception>
    public static async Task<string> GetTopicIdAsync(this IAdminClient client, string topic, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);

        // librdkafka 2.16 aborts the process when a broker describes topics without naming any or itself, as one that is starting may:
        // whether it can tell is asked in the way that survives.
        await Task.Run(() => client.GetMetadata(topic, timeout), cancellationToken).WaitAsync(cancellationToken);
        var topics = await client.DescribeTopicsAsync(
            TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = timeout }).WaitAsync(cancellationToken);
        return topics.TopicDescriptions[0].TopicId.ToString();
    }
}
