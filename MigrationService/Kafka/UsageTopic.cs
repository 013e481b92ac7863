using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.MigrationService.Kafka;

/// <summary>Makes sure the topic exists before anyone produces to it: a topic that a broker makes by itself has the broker's partition count.</summary>
internal sealed partial class UsageTopic(KafkaConnection connection, ILogger<UsageTopic> logger)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(15);

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var client = CreateClient();
        using var admin = new KafkaAdmin(client);

        // Looked up before it is created, because librdkafka's own cluster has no controller to create it.
        if (await FindAsync(admin, cancellationToken) is { } existing)
            Report(existing.Partitions.Count);
        else
            await CreateAsync(client, cancellationToken);
        await CheckSettingsAsync(admin, cancellationToken);
    }

    public async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        using var admin = new KafkaAdmin(CreateClient());
        return await FindAsync(admin, cancellationToken) is not null;
    }

    // All topics are asked for: asking for one by name can make a broker create it.
    private static async Task<TopicMetadata?> FindAsync(KafkaAdmin admin, CancellationToken cancellationToken) =>
        (await admin.GetMetadataAsync(topic: null, RequestTimeout, cancellationToken)).Topics.Find(topic => topic.Topic == UsageEventTopic.Name);

    private IAdminClient CreateClient() => new AdminClientBuilder(Configuration())
        .SetLogHandler((_, message) => KafkaLog.Write(logger, message))
        // What matters arrives as an exception; without a handler librdkafka logs every failed connection twice.
        .SetErrorHandler((_, _) => { })
        .Build();

    private AdminClientConfig Configuration() => connection.Configure(new AdminClientConfig { ClientId = "migrations", ReconnectBackoffMs = 500 });

    private async Task CreateAsync(IAdminClient admin, CancellationToken cancellationToken)
    {
        try
        {
            // Replication is the broker's own default.
            var topic = new TopicSpecification
            {
                Name = UsageEventTopic.Name,
                NumPartitions = UsageEventTopic.Partitions,
                Configs = new Dictionary<string, string>(UsageEventTopicSettings.OfNewTopic),
            };
            await admin.CreateTopicsAsync([topic], new CreateTopicsOptions { RequestTimeout = RequestTimeout }).WaitAsync(cancellationToken);
            LogCreated(logger, UsageEventTopic.Name, UsageEventTopic.Partitions);
        }
        catch (CreateTopicsException failure) when (failure.Results.TrueForAll(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another run was faster.
            LogExists(logger, UsageEventTopic.Name);
        }
        catch (KafkaException failure)
        {
            throw new InvalidOperationException(
                $"Kafka at {connection.BootstrapServers} has no topic '{UsageEventTopic.Name}' and did not create it ({failure.Error.Reason}). "
                + $"Create it with {UsageEventTopic.Partitions} partitions and run the migration again.",
                failure);
        }
    }

    /// <exception cref="InvalidOperationException">The broker would lose what it acknowledged.</exception>
    private async Task CheckSettingsAsync(KafkaAdmin admin, CancellationToken cancellationToken)
    {
        try
        {
            var settings = await admin.GetTopicSettingsAsync(UsageEventTopic.Name, RequestTimeout, cancellationToken);
            var topic = (await admin.GetMetadataAsync(UsageEventTopic.Name, RequestTimeout, cancellationToken)).Topics[0];
            if (UsageEventTopicSettings.FaultOf(Setting) is { } fault)
                throw new InvalidOperationException($"{fault} Then run the migration again.");
            if (UsageEventTopicSettings.WarningOf(Setting, topic.Partitions.Select(partition => partition.Replicas.Length).DefaultIfEmpty().Max()) is { } warning)
                LogRisk(logger, warning);

            string? Setting(string name) => settings.GetValueOrDefault(name)?.Value;
        }
        catch (KafkaException failure)
        {
            // The API looks at them, too, and tells when it may not. librdkafka's own cluster has none.
            LogSettingsUnknown(logger, UsageEventTopic.Name, failure.Error.Reason);
        }
    }

    private void Report(int partitions)
    {
        if (partitions == UsageEventTopic.Partitions)
            LogExists(logger, UsageEventTopic.Name);
        else
            LogOtherPartitions(logger, UsageEventTopic.Name, partitions, UsageEventTopic.Partitions);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Topic {Topic} was created with {Partitions} partitions.")]
    private static partial void LogCreated(ILogger logger, string topic, int partitions);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Topic {Topic} exists.")]
    private static partial void LogExists(ILogger logger, string topic);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "Topic {Topic} has {Actual} partitions instead of {Expected}; it is used as it is.")]
    private static partial void LogOtherPartitions(ILogger logger, string topic, int actual, int expected);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogRisk(ILogger logger, string warning);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message = "Kafka does not tell the settings of topic {Topic}: {Reason}")]
    private static partial void LogSettingsUnknown(ILogger logger, string topic, string reason);
}
