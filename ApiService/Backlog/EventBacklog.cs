using System.Diagnostics.Metrics;

namespace CloudNative.ApiService.Backlog;

/// <summary>
/// What was acknowledged and is not counted yet. A record may leave the log only after it was counted, and brokers delete by size and age: so events
/// are refused while they would fill more than half of what the broker keeps.
/// </summary>
internal sealed class EventBacklog
{
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Counter<long> _refused;
    private readonly TimeProvider _clock;
    private long _lookedAt;
    private volatile PartitionPressure[] _partitions = [];
    private volatile TopicRetention _kept = TopicRetention.Unknown;

    public EventBacklog(IMeterFactory meters, TimeProvider clock)
    {
        (_clock, _lookedAt) = (clock, clock.GetTimestamp());
        var meter = meters.Create("CloudNative.Api");
        _refused = meter.CreateCounter<long>("cloudnative.backlog.refused_requests", "{request}", "Requests refused because too much waits to be counted.");
        meter.CreateObservableGauge(
            "cloudnative.backlog.events", () => _partitions.Sum(partition => partition.Records), "{event}", "Events in the log that are not counted yet.");
        meter.CreateObservableGauge(
            "cloudnative.backlog.ratio", Ratios, "1",
            "Uncounted events of the fullest partition by what the broker keeps (size, age); from 0.25 an alarm, from 0.5 requests are refused.");
        meter.CreateObservableGauge(
            "cloudnative.backlog.look_age", () => _clock.GetElapsedTime(Interlocked.Read(ref _lookedAt)).TotalSeconds, "s",
            "Since what the other two tell was last seen, or since the start; above some seconds Kafka does not answer.");
    }

    /// <summary>Empty until the log was looked at for the first time.</summary>
    public IReadOnlyList<PartitionPressure> Partitions => _partitions;

    /// <summary>Completes with the first look at the log. Nothing may be sent before it: it is not known then what there is room for.</summary>
    public Task Known => _known.Task;

    /// <summary>The fullest partition's share of what the broker keeps.</summary>
    public double Share => _partitions.Select(partition => partition.Share).DefaultIfEmpty().Max();

    public bool IsRefusing => _partitions.Any(partition => partition.IsRefusing);

    /// <summary>A topic with other partitions, or another topic.</summary>
    public void Open(int partitions) => _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new PartitionPressure(new PartitionGate()))];

    /// <summary>What the partitions tell is as of now.</summary>
    public void Looked()
    {
        Interlocked.Exchange(ref _lookedAt, _clock.GetTimestamp());
        // Exported before it counts: Prometheus does not see a step from nothing to the first value.
        _refused.Add(0);
        _known.TrySetResult();
    }

    /// <summary>What is wrong with the topic's settings, as they were last seen; nothing else here means anything with a <see cref="TopicRetention.Fault"/>.</summary>
    public TopicRetention Kept => _kept;

    public void Keep(TopicRetention kept) => _kept = kept;

    /// <summary>To be filled with what one request wants to send.</summary>
    /// <exception cref="UnfitTopicException">The broker would lose it.</exception>
    public BacklogEntry NewEntry()
    {
        if (_kept.Fault is not { } fault)
            return new BacklogEntry(_partitions, _refused);
        _refused.Add(1);
        throw new UnfitTopicException(fault);
    }

    private IEnumerable<Measurement<double>> Ratios() =>
    [
        new(_partitions.Select(partition => partition.SizeShare).DefaultIfEmpty().Max(), new KeyValuePair<string, object?>("limit", "size")),
        new(_partitions.Select(partition => partition.AgeShare).DefaultIfEmpty().Max(), new KeyValuePair<string, object?>("limit", "age")),
    ];
}

/// <summary>The topic's settings let the broker lose what it acknowledged: the answer is 503 with <c>Retry-After</c>.</summary>
internal sealed class UnfitTopicException(string fault) : Exception(fault);
