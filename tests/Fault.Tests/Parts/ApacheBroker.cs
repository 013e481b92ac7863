using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers.Kafka;
using CloudNative.Metering.Events;
using CloudNative.Tests;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.Fault.Tests.Parts;

/// <summary>A real broker. The API and the sinks have an address each, so that their connections can be disturbed apart.</summary>
internal sealed class ApacheBroker : Broker
{
    /// <summary>How often it deletes what it need not keep.</summary>
    public static readonly TimeSpan RetentionCheck = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(30);

    private readonly ApacheKafka _server;
    private readonly string _dataFolder;
    private readonly int _port;
    private readonly (int Listener, int Proxy) _api;
    private readonly (int Listener, int Proxy) _sink;

    public ApacheBroker(LocalRun run, FreePorts ports, bool hasProxy, KafkaDistribution distribution, Java java)
    {
        _port = ports.Next();
        _api = TakePorts(ports, hasProxy);
        _sink = TakePorts(ports, hasProxy);
        var options = Options(run, _port, Listeners(ports.Next()));
        _dataFolder = Path.Combine(options.RunFolder, "data");
        _server = new ApacheKafka(options, distribution, java, run, ports);
        Process = new Part("kafka", run, _server.PrepareAsync, _server.ReadyAsync);
    }

    public override Part Process { get; }

    public override (string Api, string Sink, string Test) Addresses => (Address(_api.Proxy), Address(_sink.Proxy), Address(_port));

    public override bool KnowsRepeatedRecords => true;

    public override async Task StartAsync(Toxiproxy? proxy, CancellationToken cancellationToken)
    {
        await Process.StartAsync(cancellationToken);
        if (proxy is null)
            return;
        Links =
        [
            await proxy.AddAsync("api-kafka", _api.Proxy, _api.Listener, cancellationToken),
            await proxy.AddAsync("sink-kafka", _sink.Proxy, _sink.Listener, cancellationToken),
        ];
    }

    public override async Task GoDownAsync(CancellationToken cancellationToken) => await Process.EndAsync(StopSignal.Terminate, StopGrace, cancellationToken);

    public override Task ComeUpAsync(CancellationToken cancellationToken) => Process.StartAsync(cancellationToken);

    public override async Task SlowDownAsync(int milliseconds, CancellationToken cancellationToken)
    {
        foreach (var link in Links)
            await (milliseconds == 0 ? link.HealAsync(cancellationToken) : link.DelayAsync(milliseconds, cancellationToken));
    }

    /// <summary>The controller says that it is done before the broker writes into the new logs. What is acknowledged until then goes with the old ones.</summary>
    public override async Task RecreateTopicAsync(CancellationToken cancellationToken)
    {
        using var admin = Admin();
        var old = await EndsAsync(admin);
        await admin.DeleteTopicsAsync([UsageEventTopic.Name]).WaitAsync(cancellationToken);
        var topic = new TopicSpecification { Name = UsageEventTopic.Name, NumPartitions = UsageEventTopic.Partitions, ReplicationFactor = 1 };
        await Eventually.SucceedsAsync(() => admin.CreateTopicsAsync([topic]), "the topic is made again");
        // Asked anew: the client from before keeps what it knew of the old topic's leaders.
        using var other = Admin();
        await Eventually.SucceedsAsync(
            async () => Assert.All(await EndsAsync(other), end => Assert.True(end.Value < old[end.Key] || old[end.Key] == 0, $"Partition {end.Key} has its old log.")),
            "every partition has a new log");
    }

    public override async Task TrimAsync(int partition, long offset, CancellationToken cancellationToken)
    {
        using var admin = Admin();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(UsageEventTopic.Name, partition, offset)]).WaitAsync(cancellationToken);
    }

    /// <summary>While it is down: all that a partition held is gone, and its offsets begin anew.</summary>
    public void LoseLog(int partition)
    {
        foreach (var file in LogFolder(partition).EnumerateFiles())
        {
            // What names the topic stays: it is the same one.
            if (file.Name != "partition.metadata")
                file.Delete();
        }
    }

    /// <summary>While it is down: keeps a copy of what a partition holds.</summary>
    public void SaveLog(int partition)
    {
        var copy = Directory.CreateDirectory(CopyFolder(partition));
        foreach (var file in LogFolder(partition).EnumerateFiles())
            file.CopyTo(Path.Combine(copy.FullName, file.Name));
    }

    /// <summary>While it is down: a partition holds what it held when it was copied, as on a disk that was restored.</summary>
    public void RestoreLog(int partition)
    {
        LogFolder(partition).Delete(recursive: true);
        Directory.Move(CopyFolder(partition), LogFolder(partition).FullName);
    }

    /// <summary>By partition, the first offset behind its log.</summary>
    public async Task<Dictionary<int, long>> EndsAsync()
    {
        using var admin = Admin();
        return await EndsAsync(admin);
    }

    /// <summary>Every partition keeps so much from now on, in segments of a size.</summary>
    public Task KeepAsync(long bytes, int segmentBytes, CancellationToken cancellationToken) => SetTopicAsync(
        AlterConfigOpType.Set, new() { ["retention.bytes"] = $"{bytes}", ["segment.bytes"] = $"{segmentBytes}" }, cancellationToken);

    /// <summary>Every partition keeps its records so long from now on.</summary>
    public Task KeepForAsync(TimeSpan time, CancellationToken cancellationToken) =>
        SetTopicAsync(AlterConfigOpType.Set, new() { ["retention.ms"] = $"{time.TotalMilliseconds:0}" }, cancellationToken);

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        await Process.StartAsync(cancellationToken);
        await SetTopicAsync(
            AlterConfigOpType.Delete, new() { ["retention.bytes"] = null, ["segment.bytes"] = null, ["retention.ms"] = null }, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task SetTopicAsync(AlterConfigOpType operation, Dictionary<string, string?> settings, CancellationToken cancellationToken)
    {
        using var admin = Admin();
        var entries = settings.Select(setting => new ConfigEntry { Name = setting.Key, Value = setting.Value, IncrementalOperation = operation }).ToList();
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = UsageEventTopic.Name }] = entries,
        }).WaitAsync(cancellationToken);
    }

    private static async Task<Dictionary<int, long>> EndsAsync(IAdminClient admin)
    {
        var ends = new Dictionary<int, long>();
        // A broker that has just come up may not lead all partitions yet.
        await Eventually.SucceedsAsync(async () => ends = await ReadEndsAsync(admin), "every partition tells where its log ends");
        return ends;
    }

    private static async Task<Dictionary<int, long>> ReadEndsAsync(IAdminClient admin)
    {
        var ends = await admin.ListOffsetsAsync(Enumerable.Range(0, UsageEventTopic.Partitions).Select(
            partition => new TopicPartitionOffsetSpec { TopicPartition = new(UsageEventTopic.Name, partition), OffsetSpec = OffsetSpec.Latest() }));
        return ends.ResultInfos.ToDictionary(end => end.TopicPartitionOffsetError.Partition.Value, end => end.TopicPartitionOffsetError.Offset.Value);
    }

    private DirectoryInfo LogFolder(int partition) => new(Path.Combine(_dataFolder, $"{UsageEventTopic.Name}-{partition}"));

    private string CopyFolder(int partition) => Path.Combine(_dataFolder, "..", $"copy-of-{partition}");

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Addresses.Test }).SetLogHandler((_, _) => { }).Build();

    private static (int Listener, int Proxy) TakePorts(FreePorts ports, bool hasProxy)
    {
        var listener = ports.Next();
        return (listener, hasProxy ? ports.Next() : listener);
    }

    private Dictionary<string, string> Listeners(int controllerPort) => new()
    {
        ["KAFKA_CONTROLLER_QUORUM_VOTERS"] = $"1@127.0.0.1:{controllerPort}",
        ["KAFKA_LISTENERS"] =
            $"PLAINTEXT://127.0.0.1:{_port},API://127.0.0.1:{_api.Listener},SINK://127.0.0.1:{_sink.Listener},CONTROLLER://127.0.0.1:{controllerPort}",
        ["KAFKA_ADVERTISED_LISTENERS"] = $"PLAINTEXT://127.0.0.1:{_port},API://127.0.0.1:{_api.Proxy},SINK://127.0.0.1:{_sink.Proxy}",
        ["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"] = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,API:PLAINTEXT,SINK:PLAINTEXT",
        ["KAFKA_LOG_INITIAL_TASK_DELAY_MS"] = "500",
        ["KAFKA_LOG_RETENTION_CHECK_INTERVAL_MS"] = $"{RetentionCheck.TotalMilliseconds}",
        // The sinks ask for shorter sessions than a broker allows by itself.
        ["KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS"] = "1000",
    };
}
