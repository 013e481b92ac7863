using Confluent.Kafka;

namespace CloudNative.ServiceDefaults.Tests.Kafka;

/// <summary>librdkafka's own cluster, inside the client that asks for it: the real wire protocol on loopback.</summary>
internal sealed class KafkaCluster : IDisposable
{
    private readonly IProducer<Null, string> _owner = new ProducerBuilder<Null, string>(Config()).SetLogHandler((_, _) => { }).Build();

    public string BootstrapServers
    {
        get
        {
            using var admin = new DependentAdminClientBuilder(_owner.Handle).Build();
            return string.Join(',', admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers.Select(broker => $"{broker.Host}:{broker.Port}"));
        }
    }

    public void Dispose() => _owner.Dispose();

    private static ProducerConfig Config()
    {
        var config = new ProducerConfig();
        config.Set("test.mock.num.brokers", "1");
        return config;
    }
}
