using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Servers.Kafka;
using CloudNative.Fault.Tests.Parts;

namespace CloudNative.Fault.Tests;

/// <summary>The system on librdkafka's in-memory cluster.</summary>
public sealed class InMemorySystem : FaultySystem
{
    private protected override Broker CreateBroker(LocalRun run, FreePorts ports, bool hasProxy) => new InMemoryBroker(run, ports, hasProxy);
}

/// <summary>The system on a real Apache Kafka: CLOUDNATIVE_KAFKA_HOME, else <c>shared/kafka</c> beside the repository.</summary>
public sealed class ApacheSystem : FaultySystem
{
    private KafkaDistribution? _distribution;
    private Java? _java;

    private protected override async Task<string?> MissingAsync(CancellationToken cancellationToken)
    {
        _distribution = KafkaDistribution.Named() ?? BesideTheRepository();
        if (_distribution is null)
            return $"No Apache Kafka: {KafkaDistribution.HomeVariable} is not set, and there is no ../shared/kafka.";
        _java = await Java.FindAsync(cancellationToken);
        return _java is null ? $"No Java {Java.OldestMajorVersion} or newer for Apache Kafka." : null;
    }

    private protected override Broker CreateBroker(LocalRun run, FreePorts ports, bool hasProxy) => new ApacheBroker(run, ports, hasProxy, _distribution!, _java!);

    private static KafkaDistribution? BesideTheRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "kafka");
            if (Directory.Exists(Path.Combine(candidate, "libs")))
                return KafkaDistribution.At(candidate);
        }

        return null;
    }
}

/// <summary>Tests of one system run one after the other; the two systems side by side, because such tests mostly wait.</summary>
[CollectionDefinition(Name)]
public sealed class OnInMemoryKafka : ICollectionFixture<InMemorySystem>
{
    public const string Name = "in-memory Kafka";
}

/// <inheritdoc cref="OnInMemoryKafka"/>
[CollectionDefinition(Name)]
public sealed class OnApacheKafka : ICollectionFixture<ApacheSystem>
{
    public const string Name = "Apache Kafka";
}
