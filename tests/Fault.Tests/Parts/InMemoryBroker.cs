using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Servers.Kafka;
using CloudNative.Metering.Events;
using Xunit.Sdk;

namespace CloudNative.Fault.Tests.Parts;

/// <summary>librdkafka's cluster: it fails requests on demand, and forgets everything when its process ends.</summary>
internal sealed class InMemoryBroker : Broker
{
    private const int MaxAttempts = 10;

    private readonly int _port;
    private readonly int _proxyPort;

    public InMemoryBroker(LocalRun run, FreePorts ports, bool hasProxy)
    {
        _port = ports.Next();
        _proxyPort = hasProxy ? ports.Next() : _port;
        var server = new InMemoryKafka(Options(run, _port, []) with { AdvertisedPort = _proxyPort });
        Process = new Part("kafka", run, server.PrepareAsync, server.ReadyAsync);
    }

    public override Part Process { get; }

    public override (string Api, string Sink, string Test) Addresses => (Address(_proxyPort), Address(_proxyPort), Address(_proxyPort));

    public override bool KnowsRepeatedRecords => false;

    public override async Task StartAsync(Toxiproxy? proxy, CancellationToken cancellationToken)
    {
        await Process.StartAsync(cancellationToken);
        if (proxy is not null)
            Links = [await proxy.AddAsync("kafka", _proxyPort, _port, cancellationToken)];
    }

    public override Task GoDownAsync(CancellationToken cancellationToken) => Process.SayAsync("down", cancellationToken);

    public override Task ComeUpAsync(CancellationToken cancellationToken) => Process.SayAsync("up", cancellationToken);

    public override Task SlowDownAsync(int milliseconds, CancellationToken cancellationToken) => Process.SayAsync($"delay {milliseconds}", cancellationToken);

    /// <summary>The next requests of one kind are answered with an error, and not carried out.</summary>
    public Task FailAsync(KafkaRequest request, int error, int count, CancellationToken cancellationToken) =>
        Process.SayAsync($"fail {(int)request} {error} {count}", cancellationToken);

    /// <summary>A client that asks for the topic between the two commands has it made, with other partitions: then it is deleted once more.</summary>
    public override async Task RecreateTopicAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await Process.SayAsync($"delete {UsageEventTopic.Name}", cancellationToken);
            try
            {
                await Process.SayAsync($"topic {UsageEventTopic.Name} {UsageEventTopic.Partitions}", cancellationToken);
                return;
            }
            catch (XunitException e) when (attempt < MaxAttempts && e.Message.Contains("already exists", StringComparison.Ordinal))
            {
                // Again.
            }
        }
    }

    public override Task TrimAsync(int partition, long offset, CancellationToken cancellationToken) =>
        Process.SayAsync($"trim {UsageEventTopic.Name} {partition} {offset}", cancellationToken);

    public override async Task HealAsync(CancellationToken cancellationToken)
    {
        await SlowDownAsync(0, cancellationToken);
        await ComeUpAsync(cancellationToken);
        foreach (var request in Enum.GetValues<KafkaRequest>())
            await Process.SayAsync($"clear {(int)request}", cancellationToken);
    }
}

/// <summary>The protocol's numbers of requests.</summary>
internal enum KafkaRequest
{
    Produce = 0,
    Fetch = 1,
    ListOffsets = 2,
    Metadata = 3,
    OffsetCommit = 8,
    FindCoordinator = 10,
    JoinGroup = 11,
    Heartbeat = 12,
    SyncGroup = 14,
    InitProducerId = 22,
}
