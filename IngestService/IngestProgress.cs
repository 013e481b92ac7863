using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService;

/// <summary>
/// Readiness by what the service gets done, not by its process being there: it has joined its group, and records that wait become counted.
/// </summary>
internal sealed class IngestProgress(TimeProvider clock, IOptions<IngestOptions> options) : IHealthCheck
{
    private readonly Lock _lock = new();
    private bool _joined;
    private long _lag;
    private long _waitingSince = clock.GetTimestamp();
    private string? _failure;

    public long Lag => Interlocked.Read(ref _lag);

    public void Joined()
    {
        lock (_lock)
            _joined = true;
    }

    /// <summary>The loop went round: so many records wait in the owned partitions.</summary>
    public void Waiting(long lag, bool moved)
    {
        lock (_lock)
        {
            if (moved || lag == 0)
                (_waitingSince, _failure) = (clock.GetTimestamp(), null);
            _lag = lag;
        }
    }

    /// <summary>Something that the service needs did not do its part; it is tried again.</summary>
    public void Failed(string reason)
    {
        lock (_lock)
            _failure = reason;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var stalled = clock.GetElapsedTime(_waitingSince) > options.Value.StallAfter;
            var data = new Dictionary<string, object> { ["lag"] = _lag };
            return Task.FromResult((_joined, stalled && (_lag > 0 || _failure is not null)) switch
            {
                (false, _) => HealthCheckResult.Unhealthy($"has not joined its consumer group yet. {_failure}", data: data),
                (_, true) => HealthCheckResult.Unhealthy($"{_lag} records wait and none was counted for {clock.GetElapsedTime(_waitingSince):c}. {_failure}", data: data),
                _ => HealthCheckResult.Healthy($"{_lag} records wait", data),
            });
        }
    }
}
