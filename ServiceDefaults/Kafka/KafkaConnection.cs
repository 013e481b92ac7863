namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>Where the Kafka cluster is.</summary>
/// <param name="BootstrapServers"><c>host:port</c>, several separated by commas.</param>
public sealed record KafkaConnection(string BootstrapServers);
