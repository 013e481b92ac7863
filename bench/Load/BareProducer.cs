using System.Diagnostics;
using CloudNative.Bench.Harness;
using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.Bench.Load;

/// <summary>A loop around librdkafka's producer, with the durability that the API asks for: acks=all, idempotent, lz4.</summary>
internal sealed class BareProducer : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly IProducer<byte[], byte[]> _producer;

    public BareProducer(string bootstrapServers) => _producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
    {
        BootstrapServers = bootstrapServers,
        Acks = Acks.All,
        EnableIdempotence = true,
        CompressionType = CompressionType.Lz4,
        QueueBufferingMaxMessages = 200_000,
        QueueBufferingMaxKbytes = 65_536,
    }).Build();

    /// <summary>Records as the API writes them: key, headers, the event's bytes.</summary>
    public static IReadOnlyList<Message<byte[], byte[]>> Records(Ulid tenantId, IReadOnlyList<BenchEvent> events, TimeProvider clock)
    {
        var headers = new Headers
        {
            { EventRecord.TenantHeader, EventRecord.Tenant(tenantId) },
            { EventRecord.ContentTypeHeader, EventRecord.ContentType.ToArray() },
        };
        var timestamp = new Timestamp(clock.GetUtcNow());
        return [.. events.Select(one => new Message<byte[], byte[]>
        {
            Key = EventRecord.Key(tenantId, one.Subject), Value = one.Json, Headers = headers, Timestamp = timestamp,
        })];
    }

    /// <summary>Sends the records and waits for every acknowledgement.</summary>
    /// <returns>How long that took.</returns>
    public TimeSpan Send(string topic, IReadOnlyList<Message<byte[], byte[]>> records)
    {
        var acknowledged = 0;
        // Called by the producer's own thread, and by whoever flushes.
        void Count(DeliveryReport<byte[], byte[]> report)
        {
            if (!report.Error.IsError)
                Interlocked.Increment(ref acknowledged);
        }

        var started = Stopwatch.GetTimestamp();
        foreach (var record in records)
            Send(topic, record, Count);
        _producer.Flush(Timeout);
        var elapsed = Stopwatch.GetElapsedTime(started);
        CountMismatchException.ThrowUnless(records.Count, acknowledged, "Records that the broker acknowledged");
        return elapsed;
    }

    public void Dispose() => _producer.Dispose();

    private void Send(string topic, Message<byte[], byte[]> record, Action<DeliveryReport<byte[], byte[]>> onReport)
    {
        while (true)
        {
            try
            {
                _producer.Produce(topic, record, onReport);
                return;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                // The broker is the slower one: wait until some of it is gone.
                _producer.Flush(TimeSpan.FromMilliseconds(5));
            }
        }
    }
}
