using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService;

/// <summary>
/// Readiness by what the service gets done, not by its process being there: it has joined its group, and records that wait become counted. Whether any wait is
/// the broker's word: a consumer whose fetches hang knows of none.
/// </summary>
internal sealed class IngestProgress(TimeProvider clock, IOptions<IngestOptions> options) : IHealthCheck
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, (long NextOffset, long? Lag, long MovedAt)> _partitions = [];
    private readonly Dictionary<int, long> _ends = [];
    private readonly SortedDictionary<int, string> _stopped = [];
    private bool _joined;
    private string? _failure;
    private long _failingSince;

    /// <summary>How many records are known to wait.</summary>
    public long Lag
    {
        get
        {
            lock (_lock)
                return _partitions.Values.Sum(partition => partition.Lag ?? 0);
        }
    }

    /// <summary>How many partitions are not counted any further until a person decides.</summary>
    public int StoppedPartitions
    {
        get
        {
            lock (_lock)
                return _stopped.Count;
        }
    }

    public void Joined()
    {
        lock (_lock)
            _joined = true;
    }

    /// <summary>The broker told where owned partitions end, and the database answered: both do their part.</summary>
    public void Looked(IReadOnlyDictionary<int, long> ends)
    {
        lock (_lock)
        {
            foreach (var (partition, end) in ends)
                _ends[partition] = end;
            _failure = null;
        }
    }

    /// <summary>The loop went round: the partition is counted up to an offset.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="nextOffset">The first that is not counted.</param>
    /// <param name="fetchedEnd">Where the partition ended by its last fetch; negative before the first.</param>
    public void Observe(int partition, long nextOffset, long fetchedEnd)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            var known = _partitions.TryGetValue(partition, out var before);
            var moved = !known || nextOffset != before.NextOffset;
            var end = Math.Max(fetchedEnd, _ends.GetValueOrDefault(partition, -1));
            long? lag = end < 0 ? null : Math.Max(0, end - nextOffset);
            _partitions[partition] = (nextOffset, lag, moved || lag == 0 ? now : before.MovedAt);
            if (moved)
                _failure = null;
        }
    }

    /// <summary>The partition is another consumer's now.</summary>
    public void Forget(int partition)
    {
        lock (_lock)
        {
            _partitions.Remove(partition);
            _ends.Remove(partition);
            _stopped.Remove(partition);
        }
    }

    /// <summary>The partition is this consumer's, and is not counted any further.</summary>
    public void Stopped(int partition, string reason)
    {
        lock (_lock)
        {
            _joined = true;
            _stopped[partition] = reason;
        }
    }

    /// <summary>Something that the service needs did not do its part; it is tried again.</summary>
    public void Failed(string reason)
    {
        lock (_lock)
        {
            if (_failure is null)
                _failingSince = clock.GetTimestamp();
            _failure = reason;
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var stalled = _partitions.Where(partition => partition.Value.Lag > 0 && IsLongAgo(partition.Value.MovedAt)).Select(partition => partition.Key).ToList();
            var data = new Dictionary<string, object> { ["lag"] = Lag };
            if (_stopped.Count > 0)
                return Task.FromResult(HealthCheckResult.Unhealthy(string.Join(' ', _stopped.Values), data: data));
            return Task.FromResult((_joined, stalled.Count > 0, _failure is not null && IsLongAgo(_failingSince)) switch
            {
                (false, _, _) => HealthCheckResult.Unhealthy($"has not joined its consumer group yet. {_failure}", data: data),
                (_, true, _) => HealthCheckResult.Unhealthy($"records wait in partitions {string.Join(", ", stalled)} and none is counted. {_failure}", data: data),
                (_, _, true) => HealthCheckResult.Unhealthy(_failure, data: data),
                _ => HealthCheckResult.Healthy($"{data["lag"]} records wait", data),
            });
        }
    }

    private bool IsLongAgo(long timestamp) => clock.GetElapsedTime(timestamp) > options.Value.StallAfter;
}
