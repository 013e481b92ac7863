using Confluent.Kafka;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>Asks the cluster for its brokers, over one connection that is kept: probes come every second or two.</summary>
internal sealed class KafkaCheck(KafkaConnection connection, ILogger<KafkaCheck> logger) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(3);

    private readonly Lazy<KafkaAdmin> _client = new(() =>
        new(new AdminClientBuilder(connection.Configure(new AdminClientConfig { ClientId = "health" }))
            .SetLogHandler((_, message) => KafkaLog.Write(logger, message))
            .Build()));

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // The call blocks a thread. Its asynchronous sibling DescribeCluster is unknown to librdkafka's own cluster.
            var metadata = await _client.Value.GetMetadataAsync(topic: null, RequestTimeout, cancellationToken);
            return HealthCheckResult.Healthy($"Brokers: {metadata.Brokers.Count}");
        }
        catch (KafkaException exception)
        {
            return new HealthCheckResult(
                context.Registration.FailureStatus,
                $"Kafka at {connection.BootstrapServers} does not answer: {exception.Error.Reason}",
                exception);
        }
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }
}
