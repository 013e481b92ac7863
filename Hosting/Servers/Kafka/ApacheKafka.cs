using System.Collections.Concurrent;
using System.Net;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>One KRaft node of a real Apache Kafka on loopback.</summary>
internal sealed class ApacheKafka(
    KafkaOptions options, KafkaDistribution distribution, Java java, IProcessStarter processes, FreePorts ports) : ILocalServer
{
    private const int LinesInError = 5;
    private static readonly string[] JvmArguments = ["-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=WARN"];
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly string _dataFolder = options.DataFolder ?? Path.Combine(options.RunFolder, "data");
    private readonly string _propertiesFile = Path.Combine(options.RunFolder, "server.properties");

    /// <inheritdoc/>
    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.RunFolder);
        Directory.CreateDirectory(_dataFolder);
        // The controller's port is nobody's business but the node's.
        var properties = BrokerProperties.Render(options.Port, ports.Next(), _dataFolder, options.Environment);
        await File.WriteAllTextAsync(_propertiesFile, properties, cancellationToken);
        if (!File.Exists(Path.Combine(_dataFolder, "meta.properties")))
            await FormatAsync(cancellationToken);
        return Run("kafka.Kafka", _propertiesFile);
    }

    /// <inheritdoc/>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        await LoopbackPort.WaitUntilOpenAsync(options.Port, cancellationToken);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = $"{IPAddress.Loopback}:{options.Port}" })
            // What it says while the broker is still starting is no error.
            .SetLogHandler((_, _) => { })
            .Build();
        await CreateTopicsAsync(admin, cancellationToken);
        while (!AllHaveLeaders(admin))
            await Task.Delay(ProbeInterval, cancellationToken);
    }

    private async Task FormatAsync(CancellationToken cancellationToken)
    {
        var clusterId = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var lines = new ConcurrentQueue<string>();
        var spec = Run("kafka.tools.StorageTool", "format", "--cluster-id", clusterId, "--config", _propertiesFile);
        await using var format = await processes.StartAsync(spec, output => lines.Enqueue(output.Line));
        if (await format.Exit.WaitAsync(cancellationToken) is var exitCode and not 0)
            throw new DistributedApplicationException($"Kafka's storage format failed (exit code {exitCode}): {string.Join(" | ", lines.TakeLast(LinesInError))}");
    }

    private ProcessSpec Run(string mainClass, params string[] arguments) =>
        new(java.Program, [.. JvmArguments, "-cp", distribution.ClassPath, mainClass, .. arguments]) { WorkingDirectory = options.RunFolder };

    private async Task CreateTopicsAsync(IAdminClient admin, CancellationToken cancellationToken)
    {
        if (options.Topics.Count == 0)
            return;

        var topics = options.Topics.Select(topic => new TopicSpecification { Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = 1 });
        try
        {
            await admin.CreateTopicsAsync(topics, new CreateTopicsOptions { RequestTimeout = RequestTimeout }).WaitAsync(cancellationToken);
        }
        catch (CreateTopicsException e) when (e.Results.All(result => result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Kept data has them already.
        }
    }

    private bool AllHaveLeaders(IAdminClient admin)
    {
        var metadata = admin.GetMetadata(RequestTimeout);
        return metadata.Brokers.Count > 0 && options.Topics.All(wanted =>
            metadata.Topics.Any(topic => topic.Topic == wanted.Name && topic.Partitions.Count > 0 && topic.Partitions.All(partition => partition.Leader >= 0)));
    }
}
