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

    /// <summary>Hands records over. What becomes of each is told to <paramref name="acknowledgements"/>, also when a queue is full or a producer failed.</summary>
    public void Produce(string topic, Message<byte[], byte[]>[] records, Acknowledgements acknowledgements)
    {
        Action<DeliveryReport<byte[], byte[]>> answered = acknowledgements.Add;
        var handedOver = 0;
        try
        {
            if (records is [var single])
                _producers[NumberOf(single)].Use(client => client.Produce(topic, single, answered));
            else
            {
                foreach (var share in records.GroupBy(NumberOf))
                    _producers[share.Key].Use(client => HandOver(client, share));
            }
        }
        catch (Exception e)
        {
            acknowledgements.Fail(e, records.Length - handedOver);
        }

        void HandOver(IProducer<byte[], byte[]> client, IEnumerable<Message<byte[], byte[]>> share)
        {
            foreach (var record in share)
            {
                client.Produce(topic, record, answered);
                handedOver++;
            }
        }
    }

    public void Dispose()
    {
        foreach (var producer in _producers)
            producer.Dispose();
    }

    private int NumberOf(Message<byte[], byte[]> record) => (int)(Crc32.HashToUInt32(record.Key) % (uint)_producers.Length);
}
