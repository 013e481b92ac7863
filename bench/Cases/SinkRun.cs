using System.Diagnostics;
using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using CloudNative.Bench.Servers;
using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.Bench.Cases;

/// <summary>How fast a sink empties a topic that was filled before it started.</summary>
internal static class SinkRun
{
    /// <summary>A new process compiles its code while it counts the first third; that is not what lasts.</summary>
    private const double WarmUp = 1.0 / 3;

    /// <summary>A new system counts the records; everything of it is checked.</summary>
    /// <param name="distinct">What must be counted in the end.</param>
    public static async Task<double> RateAsync(
        Workbench bench, IReadOnlyList<Message<byte[], byte[]>> records, Sent distinct, CancellationToken cancellationToken)
    {
        await using var system = await MeteringSystem.CreateAsync(bench, cancellationToken);
        var rate = await RateAsync(bench, system, records, cancellationToken);
        await system.Counts.CheckAsync(distinct, cancellationToken);
        return rate;
    }

    /// <summary>Events per second, from the first commit behind the warm-up to the last commit; the topic must be empty.</summary>
    public static async Task<double> RateAsync(
        Workbench bench, MeteringSystem system, IReadOnlyList<Message<byte[], byte[]>> records, CancellationToken cancellationToken)
    {
        using (var producer = new BareProducer(bench.Broker.BootstrapServers))
            producer.Send(UsageEventTopic.Name, records);
        CountMismatchException.ThrowUnless(records.Count, KafkaLog.Count(bench.Broker.BootstrapServers), "Records in Kafka");
        await bench.Servers.CheckpointAsync(cancellationToken);

        var before = await system.Counts.RecordsAsync(cancellationToken);
        var progress = new List<(long Records, long At)>();
        await system.LaunchSinkAsync(cancellationToken);
        await system.Counts.UntilCountedAsync(
            before + records.Count, cancellationToken, now => progress.Add((now - before, Stopwatch.GetTimestamp())));
        await system.StopSinkAsync();

        var first = progress.First(seen => seen.Records >= records.Count * WarmUp);
        var last = progress[^1];
        if (first == last)
            throw new CountMismatchException("The sink counted everything in one step: more events are needed to tell its rate.");
        return (last.Records - first.Records) / Stopwatch.GetElapsedTime(first.At, last.At).TotalSeconds;
    }
}
