using System.Net;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>Makes the topics of a started broker once, and tells whether they can be used; one client for the broker's life.</summary>
internal sealed class TopicProbe(KafkaOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CreateTimeout = TimeSpan.FromSeconds(10);

    private readonly Lazy<IAdminClient> _admin = new(() =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = $"{IPAddress.Loopback}:{options.Port}" })
            // What it says while the broker is still starting is no error.
            .SetLogHandler((_, _) => { })
            .Build());

    private Task _asking = Task.CompletedTask;
    private bool _hasTopics;

    /// <summary>How long one question waits for its answer.</summary>
    public TimeSpan MetadataTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Completes when every partition of every topic has a leader.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        if (!_hasTopics && options.Topics.Count > 0)
            await CreateTopicsAsync(cancellationToken);
        _hasTopics = true;
        while (!await AllHaveLeadersAsync(cancellationToken))
            await Task.Delay(Interval, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // The native client must not go away below a call.
        await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_admin.IsValueCreated)
            _admin.Value.Dispose();
    }

    private async Task CreateTopicsAsync(CancellationToken cancellationToken)
    {
        var topics = options.Topics.Select(topic => new TopicSpecification { Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = 1 });
        try
        {
            await _admin.Value.CreateTopicsAsync(topics, new CreateTopicsOptions { RequestTimeout = CreateTimeout }).WaitAsync(cancellationToken);
        }
        catch (CreateTopicsException e) when (e.Results.All(result => result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Kept data has them already.
        }
    }

    private async Task<bool> AllHaveLeadersAsync(CancellationToken cancellationToken)
    {
        // The call blocks and can't be cancelled: it is left to end by itself.
        var asking = Task.Run(() => _admin.Value.GetMetadata(MetadataTimeout), CancellationToken.None);
        _asking = asking;
        try
        {
            var metadata = await asking.WaitAsync(cancellationToken);
            return metadata.Brokers.Count > 0 && options.Topics.All(wanted => metadata.Topics.Any(topic =>
                topic.Topic == wanted.Name && topic.Partitions.Count > 0 && topic.Partitions.All(partition => partition.Leader >= 0)));
        }
        catch (KafkaException)
        {
            // No answer in this time; whoever asks decides how long that goes on.
            return false;
        }
    }
}
