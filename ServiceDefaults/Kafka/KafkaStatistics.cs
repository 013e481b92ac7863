using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>
/// Metrics of the process's Kafka clients, from librdkafka's statistics: give each client a <c>StatisticsIntervalMs</c>, a <c>ClientId</c> of its
/// own, and <c>SetStatisticsHandler((_, json) => statistics.Observe(json))</c>.
/// </summary>
public sealed class KafkaStatistics
{
    private readonly ConcurrentDictionary<string, KafkaClientStatistics> _latest = new(StringComparer.Ordinal);
    private readonly ProducedRecordSizes _recordSizes = new();

    public KafkaStatistics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);

        var meter = meters.Create(KafkaTracing.SourceName);
        meter.CreateObservableCounter("kafka.client.messages.sent", () => PerClient(client => client.SentMessages), "{message}", "Messages sent to brokers.");
        meter.CreateObservableCounter("kafka.client.messages.received", () => PerClient(client => client.ReceivedMessages), "{message}", "Messages fetched from brokers.");
        meter.CreateObservableCounter("kafka.client.bytes.sent", () => PerClient(client => client.SentBytes), "By", "Message bytes sent, framing included.");
        meter.CreateObservableCounter("kafka.client.bytes.received", () => PerClient(client => client.ReceivedBytes), "By", "Message bytes fetched, framing included.");
        meter.CreateObservableGauge("kafka.client.queue.messages", () => PerClient(client => client.QueuedMessages), "{message}", "Messages the producer has not delivered yet.");
        meter.CreateObservableGauge("kafka.client.queue.size", () => PerClient(client => client.QueuedBytes), "By", "Bytes the producer has not delivered yet.");
        meter.CreateObservableGauge("kafka.client.brokers.connected", () => PerClient(client => client.ConnectedBrokers), "{broker}", "Brokers with an open connection.");
        meter.CreateObservableGauge("kafka.client.request.rtt.p99", RoundTrips, "s", "99th percentile of a broker's answer time within the last interval.");
        meter.CreateObservableGauge("kafka.consumer.lag", Lags, "{message}", "Messages between the committed offset and the end of the partition.");
        meter.CreateObservableCounter("kafka.consumer.rebalances", () => PerClient(client => client.Group?.Rebalances ?? 0), "{rebalance}", "Rebalances of the consumer's group.");
    }

    /// <summary>Takes one statistics report of a client; a later report under that <c>ClientId</c> replaces it, also one of a client that took its place.</summary>
    public void Observe(string statisticsJson)
    {
        if (JsonSerializer.Deserialize(statisticsJson, KafkaStatisticsJson.Default.KafkaClientStatistics) is { ClientId.Length: > 0 } client)
        {
            _latest[client.ClientId] = client;
            foreach (var topic in client.Topics.Values)
                _recordSizes.Observe(client.ClientId, topic);
        }
    }

    /// <summary>
    /// Bytes that a record took in the log of <paramref name="topic"/> (compressed, with its share of the batch), in the last interval in which any was
    /// sent: the highest mean of the process's producers. Null before the first.
    /// </summary>
    public double? ProducedRecordBytes(string topic) => _recordSizes.Of(topic);

    private IEnumerable<Measurement<long>> PerClient(Func<KafkaClientStatistics, long> value) =>
        _latest.Values.Select(client => new Measurement<long>(value(client), new KeyValuePair<string, object?>("messaging.client.id", client.ClientId)));

    private IEnumerable<Measurement<double>> RoundTrips() =>
        from client in _latest.Values
        from broker in client.Brokers.Values
        where broker is { NodeId: >= 0, RoundTrip: not null }
        select new Measurement<double>(
            broker.RoundTrip!.P99Microseconds / 1e6,
            new("messaging.client.id", client.ClientId),
            new("kafka.broker.id", broker.NodeId));

    private IEnumerable<Measurement<long>> Lags() =>
        from client in _latest.Values
        from topic in client.Topics.Values
        from partition in topic.Partitions.Values
        where partition is { Id: >= 0, Lag: >= 0 }
        select new Measurement<long>(
            partition.Lag,
            new("messaging.client.id", client.ClientId),
            new("messaging.destination.name", topic.Name),
            new("messaging.destination.partition.id", partition.Id));
}
