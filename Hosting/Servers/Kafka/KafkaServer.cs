using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>A Kafka broker: Apache Kafka when a distribution and a Java are there, else librdkafka's own cluster.</summary>
internal sealed class KafkaServer : ILocalServer, IAsyncDisposable
{
    private readonly ILocalServer _server;

    private KafkaServer(ILocalServer server, bool keepsData, string description)
    {
        _server = server;
        KeepsData = keepsData;
        Description = description;
    }

    /// <summary>Whether a data folder is used.</summary>
    public bool KeepsData { get; }

    /// <summary>What runs, and why, for the log at the start.</summary>
    public string Description { get; }

    /// <exception cref="DistributedApplicationException"><c>CLOUDNATIVE_KAFKA_HOME</c> names a folder that is no distribution.</exception>
    public static async Task<KafkaServer> CreateAsync(
        KafkaOptions options, IProcessStarter processes, FreePorts ports, CancellationToken cancellationToken)
    {
        if (KafkaDistribution.Named() is not { } distribution)
            return InMemory(options, $"{KafkaDistribution.HomeVariable} is not set");
        if (await Java.FindAsync(cancellationToken) is not { } java)
            return InMemory(options, $"no Java {Java.OldestMajorVersion} or newer was found for {distribution.Home}: set JAVA_HOME or install one");
        return new KafkaServer(new ApacheKafka(options, distribution, java, processes, ports), keepsData: true, $"Apache Kafka from {distribution.Home} on Java {java.MajorVersion}");
    }

    /// <inheritdoc/>
    public Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken) => _server.PrepareAsync(cancellationToken);

    /// <inheritdoc/>
    public Task ReadyAsync(CancellationToken cancellationToken) => _server.ReadyAsync(cancellationToken);

    public ValueTask DisposeAsync() => _server is IAsyncDisposable server ? server.DisposeAsync() : ValueTask.CompletedTask;

    private static KafkaServer InMemory(KafkaOptions options, string reason) => new(
        new InMemoryKafka(options),
        keepsData: false,
        $"librdkafka's in-memory cluster, for development and tests only: it keeps the last 5 MB of each partition ({reason})");
}
