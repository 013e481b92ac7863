using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.ApiService.Backlog;

/// <summary>What is known of the log and of what is counted of it, at one moment.</summary>
/// <param name="Stream">The topic's present incarnation.</param>
/// <param name="Log">Every partition, in order; null for one of which no broker tells, and then what the next two say of it means nothing.</param>
/// <param name="First">By partition: the first offset that is not counted, at the end of the log when all is.</param>
/// <param name="IsCountedKnown">False while more may be counted than <paramref name="First"/> says, because the database was never reached.</param>
/// <param name="AgeShares">By partition: see <see cref="PartitionPressure.AgeShare"/>.</param>
/// <param name="Kept">What the broker keeps of a partition.</param>
internal sealed record BacklogFacts(
    StreamIdentity Stream, IReadOnlyList<PartitionLog?> Log, IReadOnlyList<long> First, bool IsCountedKnown, IReadOnlyList<double> AgeShares, TopicRetention Kept);

/// <summary>
/// Reads the facts from the broker and the database, so that every replica of the API comes to the same conclusion. Not to be called twice at once.
/// </summary>
internal sealed class BacklogReader(TopicLog log, KnownCounted counted, KnownRetention retention, TimeProvider clock)
{
    // A topic is rarely made again.
    private static readonly TimeSpan StreamKnownFor = TimeSpan.FromSeconds(5);

    private static readonly double[] AgeMarks = [PartitionPressure.AlarmAt, PartitionPressure.ResumeAt, PartitionPressure.RefuseAt];

    private StreamIdentity? _stream;
    private long _identifiedAt;

    /// <exception cref="KafkaException">The broker does not answer.</exception>
    public async Task<BacklogFacts> ReadAsync(CancellationToken cancellationToken)
    {
        var stream = await IdentifyAsync(cancellationToken);
        if (stream != _stream)
        {
            _stream = stream;
            counted.Forget();
            retention.Expire();
        }

        // Counted first: what is counted in between makes the backlog look longer than it is, not shorter.
        await counted.ReadAsync(stream, log.ReadCommittedAsync, cancellationToken);
        var partitions = await log.ReadAsync(cancellationToken);
        var first = partitions.Select(partition => partition is { } known ? counted.FirstUncounted(known) : 0).ToList();
        var kept = await retention.ReadAsync(log.ReadRetentionAsync, cancellationToken);
        var ages = await AgeSharesAsync(partitions, first, kept.Time, cancellationToken);
        return new BacklogFacts(stream, partitions, first, counted.IsExact, ages, kept);
    }

    private async Task<StreamIdentity> IdentifyAsync(CancellationToken cancellationToken)
    {
        if (_stream is { } known && clock.GetElapsedTime(_identifiedAt) < StreamKnownFor)
            return known;

        var stream = await log.IdentifyAsync(cancellationToken);
        _identifiedAt = clock.GetTimestamp();
        return stream;
    }

    /// <summary>The broker tells where records of a given age end; whether one is older than that is all that must be known.</summary>
    private async Task<double[]> AgeSharesAsync(
        IReadOnlyList<PartitionLog?> partitions, List<long> first, TimeSpan? keptFor, CancellationToken cancellationToken)
    {
        var shares = new double[partitions.Count];
        var known = partitions.OfType<PartitionLog>().ToList();
        if (keptFor is not { } time || known.All(partition => first[partition.Partition] == partition.High))
            return shares;

        var now = clock.GetUtcNow();
        foreach (var mark in AgeMarks)
        {
            var younger = await log.FirstSinceAsync(now - time * mark, [.. known.Select(partition => partition.Partition)], cancellationToken);
            foreach (var (partition, _, high) in known)
            {
                if (first[partition] < (younger[partition] is >= 0 and var since ? since : high))
                    shares[partition] = mark;
            }
        }

        return shares;
    }
}
