using System.Diagnostics;
using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.Fault.Tests.Checks;

/// <summary>Watches, partition by partition, for how long records wait and none of them is counted. The broker and the database must answer meanwhile.</summary>
internal sealed class CountingPause : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<int, (long Counted, long At)> _moved = [];
    private readonly FaultySystem _system;
    private readonly Task _watching;
    private TimeSpan _longest;

    private CountingPause(FaultySystem system)
    {
        _system = system;
        _watching = Task.Run(WatchAsync);
    }

    public static CountingPause Watch(FaultySystem system) => new(system);

    /// <summary>The longest pause of any partition.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        return _longest;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        using var admin = new KafkaAdmin(new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _system.Broker.Addresses.Test }).SetLogHandler((_, _) => { }).Build());
        while (!_stopping.IsCancellationRequested)
        {
            // The ends first: what they hold and is not counted afterwards has waited.
            var ends = await admin.ListOffsetsAsync(
                UsageEventTopic.Name, [.. Enumerable.Range(0, UsageEventTopic.Partitions)], OffsetSpec.Latest(), AskTimeout, CancellationToken.None);
            var counted = await _system.OffsetsAsync(CancellationToken.None);
            foreach (var (partition, end) in ends)
                Observe(partition, counted.GetValueOrDefault(partition), end);
            await Task.Delay(Interval, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Observe(int partition, long counted, long end)
    {
        var now = Stopwatch.GetTimestamp();
        if (counted >= end || !_moved.TryGetValue(partition, out var last) || counted != last.Counted)
            _moved[partition] = (counted, now);
        else if (Stopwatch.GetElapsedTime(last.At, now) is var pause && pause > _longest)
            _longest = pause;
    }
}
