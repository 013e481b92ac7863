using CloudNative.Metering.Events;
using CloudNative.Tests;
using Confluent.Kafka;

namespace CloudNative.Fault.Tests.Checks;

/// <summary>Waits until every record that the broker holds is counted: from then on no number changes any more.</summary>
internal static class Drain
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);

    public static async Task WaitAsync(FaultySystem system, int? exceptPartition = null)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = system.Broker.Addresses.Test, GroupId = "drain" })
            .SetLogHandler((_, _) => { }).Build();
        await Eventually.GetAsync(
            token => LagAsync(system, consumer, exceptPartition, token), lag => lag == 0, $"every record is counted (sinks running: {string.Join(", ", system.Sink.Where(s => s.IsRunning).Select(s => s.Name))})");
    }

    /// <summary>Records that are not counted; below 0 while the broker does not answer.</summary>
    private static async Task<long> LagAsync(
        FaultySystem system, IConsumer<Ignore, Ignore> consumer, int? except, CancellationToken cancellationToken)
    {
        var ends = await Task.Run(() => Ends(consumer), cancellationToken);
        if (ends is null)
            return -1;

        var counted = await system.OffsetsAsync(cancellationToken);
        return ends.Where(end => end.Partition != except).Sum(end => Math.Abs(end.High.Value - counted.GetValueOrDefault(end.Partition, end.Low.Value)));
    }

    private static List<(int Partition, Offset Low, Offset High)>? Ends(IConsumer<Ignore, Ignore> consumer)
    {
        try
        {
            return [.. Enumerable.Range(0, UsageEventTopic.Partitions).Select(partition =>
            {
                var log = consumer.QueryWatermarkOffsets(new TopicPartition(UsageEventTopic.Name, partition), AskTimeout);
                return (partition, log.Low, log.High);
            })];
        }
        catch (KafkaException)
        {
            return null;
        }
    }
}
