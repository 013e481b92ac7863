using Confluent.Kafka;

namespace CloudNative.Hosting.Tests.Servers;

/// <summary>Records through a broker and back.</summary>
internal static class KafkaTraffic
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static async Task ProduceAsync(int port, string topic, int count, CancellationToken cancellationToken)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = $"127.0.0.1:{port}",
            EnableIdempotence = true,
            Acks = Acks.All,
            CompressionType = CompressionType.Lz4,
        };
        using var producer = new ProducerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i =>
            producer.ProduceAsync(topic, new Message<string, string> { Key = $"key-{i}", Value = $"value-{i}" }, cancellationToken)));
    }

    /// <summary>The values that are read until there are as many as are expected.</summary>
    public static List<string> Consume(int port, string topic, int expected, CancellationToken cancellationToken)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = $"127.0.0.1:{port}",
            GroupId = "tests",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        };
        using var consumer = new ConsumerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        consumer.Subscribe(topic);
        var values = new List<string>();
        while (values.Count < expected)
            values.Add(consumer.Consume(deadline.Token).Message.Value);
        consumer.Close();
        return values;
    }

    public static int PartitionsOf(int port, string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = $"127.0.0.1:{port}" }).SetLogHandler((_, _) => { }).Build();
        return admin.GetMetadata(topic, Deadline).Topics.Single().Partitions.Count;
    }
}
