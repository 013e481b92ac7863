using System.Collections.Concurrent;

namespace CloudNative.ApiService.Authentication;

/// <summary>
/// Which keys were changed lately, and when (by PostgreSQL's clock, in microseconds since 1970). What was read of a key before its last change is
/// outdated, wherever it was kept and whoever wrote it there.
/// </summary>
internal sealed class ApiKeyChanges(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, long> _changes = new(StringComparer.Ordinal);

    // Mostly there are none, and every request asks.
    private volatile bool _any;

    /// <summary>Whether the key <paramref name="hash"/> (hex) was changed after <paramref name="readAs"/>, the time of the change that was read.</summary>
    public bool IsOutdated(string hash, long readAs) => _any && _changes.TryGetValue(hash, out var changed) && readAs < changed;

    public void Add(string hash, long changed)
    {
        _changes.AddOrUpdate(hash, static (_, now) => now, static (_, before, now) => Math.Max(before, now), changed);
        _any = true;
        var forgotten = (clock.GetUtcNow() - ApiKeyCaching.LastKnownFor - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        foreach (var old in _changes.Where(change => change.Value < forgotten))
            _changes.TryRemove(old);
    }
}
