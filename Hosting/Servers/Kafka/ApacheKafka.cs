using System.Collections.Concurrent;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>One KRaft node of a real Apache Kafka on loopback.</summary>
internal sealed class ApacheKafka(
    KafkaOptions options, KafkaDistribution distribution, Java java, IProcessStarter processes, FreePorts ports)
    : ILocalServer, IAsyncDisposable
{
    private const int LinesInError = 5;
    private static readonly string[] JvmArguments = ["-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=WARN"];

    private readonly string _dataFolder = options.DataFolder ?? Path.Combine(options.RunFolder, "data");
    private readonly string _propertiesFile = Path.Combine(options.RunFolder, "server.properties");
    private readonly TopicProbe _probe = new(options);

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
        await _probe.ReadyAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _probe.DisposeAsync();

    private async Task FormatAsync(CancellationToken cancellationToken)
    {
        var clusterId = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var lines = new ConcurrentQueue<string>();
        // The id as one word with its option: it may begin with a hyphen.
        var spec = Run("kafka.tools.StorageTool", "format", $"--cluster-id={clusterId}", "--config", _propertiesFile);
        await using var format = await processes.StartAsync(spec, output => lines.Enqueue(output.Line));
        if (await format.Exit.WaitAsync(cancellationToken) is var exitCode and not 0)
            throw new DistributedApplicationException($"Kafka's storage format failed (exit code {exitCode}): {string.Join(" | ", lines.TakeLast(LinesInError))}");
    }

    private ProcessSpec Run(string mainClass, params string[] arguments) =>
        new(java.Program, [.. JvmArguments, "-cp", distribution.ClassPath, mainClass, .. arguments]) { WorkingDirectory = options.RunFolder };
}
