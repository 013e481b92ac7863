using CloudNative.Bench.Load;
using CloudNative.Metering.Events;

namespace CloudNative.Bench.Servers;

/// <summary>Kafka: librdkafka's cluster in memory, or a real Apache Kafka.</summary>
internal sealed class Broker : IAsyncDisposable
{
    /// <summary>A topic that nobody counts, for the bare producer.</summary>
    public const string BareTopic = "bench-bare";

    private const string Name = "kafka";
    private const string HomeVariable = "CLOUDNATIVE_KAFKA_HOME";
    private static readonly string Topics = $"{UsageEventTopic.Name}:{UsageEventTopic.Partitions}:1,{BareTopic}:{UsageEventTopic.Partitions}:1";

    private readonly bool _isApacheKafka;
    private DistributedApplication? _application;

    private Broker(bool isApacheKafka) => _isApacheKafka = isApacheKafka;

    public string BootstrapServers { get; private set; } = "";

    public int Process { get; private set; }

    /// <summary>What runs, and its version.</summary>
    public string Description { get; private init; } = "";

    /// <summary>
    /// Variables for an API that may fill the log as it could a real one's. The cluster in memory keeps 5 MB of each partition, so the API refuses what
    /// comes faster than some 60,000 events in a second; a case that sends no more than all partitions hold, and checks that none was deleted, needs no such care.
    /// </summary>
    public IReadOnlyDictionary<string, string> Roomy => _isApacheKafka
        ? new Dictionary<string, string>()
        : new Dictionary<string, string> { ["Backlog__RetentionBytes"] = "1073741824" };

    /// <summary>Events per second that still fit, all of them uncounted, while a killed sink's partitions find another: some twelve seconds. The cluster in memory holds 600,000 events.</summary>
    public double MostWhileNobodyCounts => _isApacheKafka ? double.PositiveInfinity : 30_000;

    public static async Task<Broker> StartAsync(bool isApacheKafka, CancellationToken cancellationToken)
    {
        var broker = new Broker(isApacheKafka) { Description = isApacheKafka ? Version() : "librdkafka's in-memory cluster" };
        // The engine takes a distribution when it is told of one.
        if (!isApacheKafka)
            Environment.SetEnvironmentVariable(HomeVariable, null);
        await broker.StartProcessAsync(cancellationToken);
        return broker;
    }

    /// <summary>
    /// Makes the topic of usage events new and empty. The cluster in memory is started again; Apache Kafka stays, because a young JVM is slow.
    /// </summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (_isApacheKafka)
        {
            await KafkaLog.RecreateTopicAsync(BootstrapServers, UsageEventTopic.Name, UsageEventTopic.Partitions, cancellationToken);
            return;
        }

        await DisposeAsync();
        await StartProcessAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _application?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task StartProcessAsync(CancellationToken cancellationToken)
    {
        var builder = Engine.CreateBuilder();
        builder.AddKafka(Name).WithEnvironment("KAFKA_CREATE_TOPICS", Topics);
        _application = await Engine.StartAsync(builder, cancellationToken);
        Process = await _application.HealthyProcessAsync(Name, cancellationToken);
        BootstrapServers = await _application.ConnectionStringAsync(Name, cancellationToken);
    }

    private static string Version()
    {
        var home = Environment.GetEnvironmentVariable(HomeVariable);
        if (string.IsNullOrEmpty(home) || !Directory.Exists(Path.Combine(home, "libs")))
            throw new DistributedApplicationException($"--kafka needs {HomeVariable}: the folder of an Apache Kafka distribution.");
        var jar = Directory.EnumerateFiles(Path.Combine(home, "libs"), "kafka-clients-*.jar").Select(Path.GetFileNameWithoutExtension).FirstOrDefault();
        return $"Apache Kafka {jar?["kafka-clients-".Length..]}";
    }
}
