using System.IO.Hashing;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.Events;

/// <summary>
/// Several producers side by side, because a broker takes the requests of one connection one by one. A key always goes through the same one, so its records
/// stay in order.
/// </summary>
internal sealed class ProducerPool(
    KafkaConnection kafka, KafkaStatistics statistics, IOptions<EventProducerOptions> options, ILogger<ReplaceableProducer> logger) : IDisposable
{
    private readonly ReplaceableProducer[] _producers =
        [.. Enumerable.Range(0, options.Value.Connections).Select(number => new ReplaceableProducer(number, kafka, statistics, options.Value, logger))];

    /// <summary>Hands records over; <paramref name="answered"/> is called once for each.</summary>
    /// <exception cref="KafkaException">A queue is full, or a producer failed: not all were handed over.</exception>
    public void Produce(string topic, Message<byte[], byte[]>[] records, Action<DeliveryReport<byte[], byte[]>> answered)
    {
        if (records is [var single])
        {
            _producers[NumberOf(single)].Use(client => client.Produce(topic, single, answered));
            return;
        }

        foreach (var share in records.GroupBy(NumberOf))
        {
            _producers[share.Key].Use(client =>
            {
                foreach (var record in share)
                    client.Produce(topic, record, answered);
            });
        }
    }

    public void Dispose()
    {
        foreach (var producer in _producers)
            producer.Dispose();
    }

    private int NumberOf(Message<byte[], byte[]> record) => (int)(Crc32.HashToUInt32(record.Key) % (uint)_producers.Length);
}
