using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>
/// An admin client whose blocking questions can be given up, as a service that stops does. It is disposed when the last of them has returned: disposing frees
/// native memory, which such a call on another thread still stands in (the process died of it).
/// </summary>
public sealed class KafkaAdmin(IAdminClient client) : IDisposable
{
    /// <summary>librdkafka's own timeout is to come first.</summary>
    private const int DescriptionTimeouts = 2;

    // One for not being disposed, and one for each question.
    private readonly ReferenceCount _references = new();

    /// <summary>For questions that don't block.</summary>
    public IAdminClient Client => client;

    /// <param name="topic">The one topic that is asked for; null for all.</param>
    /// <param name="timeout">How long the broker may take.</param>
    /// <param name="cancellationToken">Gives the question up at once.</param>
    /// <exception cref="KafkaException">The broker did not tell in time.</exception>
    public Task<Metadata> GetMetadataAsync(string? topic, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(!_references.TryAdd(), this);
        return Task.Run(() => Ask(topic, timeout), CancellationToken.None).WaitAsync(cancellationToken);
    }

    /// <summary>The id that Kafka drew when the topic was made.</summary>
    /// <exception cref="KafkaException">The broker did not tell within <paramref name="timeout"/> a question, of which there are two.</exception>
    public async Task<string> GetTopicIdAsync(string topic, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // librdkafka 2.16 aborts the process when a broker describes topics without naming any or itself, as one that is starting may:
        // whether it can tell is asked in the way that survives.
        await GetMetadataAsync(topic, timeout, cancellationToken);
        try
        {
            // Bounded here, too: a consumer waited for good once, after its broker had gone and come back within the question.
            var topics = await client.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = timeout })
                .WaitAsync(DescriptionTimeouts * timeout, cancellationToken);
            return topics.TopicDescriptions[0].TopicId.ToString();
        }
        catch (TimeoutException e)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"The topic '{topic}' was not described in time."), e);
        }
    }

    public void Dispose() => Release();

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
