namespace CloudNative.ApiService.Events;

/// <summary>
/// The timestamps that records get: the time of ingest, unless the broker refuses it as ahead of its clock (<c>message.timestamp.after.max.ms</c>).
/// Then they go back until the broker takes them, and a header carries the time of ingest. Not further than needed: brokers delete by this timestamp.
/// </summary>
internal sealed class RecordTimestamps(TimeProvider clock)
{
    /// <summary>The first step back; each further one goes twice as far.</summary>
    public static readonly TimeSpan FirstStep = TimeSpan.FromMinutes(1);

    /// <summary>A clock that is further ahead can't be helped.</summary>
    private static readonly TimeSpan MaxLag = TimeSpan.FromDays(365);

    // The clocks may agree again.
    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private TimeSpan _lag;
    private long _foundAt;

    /// <summary>How far records are dated back at present; zero in all normal times.</summary>
    public TimeSpan Lag
    {
        get
        {
            lock (_lock)
            {
                if (_lag > TimeSpan.Zero && clock.GetElapsedTime(_foundAt) > RememberedFor)
                    _lag = TimeSpan.Zero;
                return _lag;
            }
        }
    }

    /// <summary>To be called when records dated back by <paramref name="lag"/> were refused. False when there is nothing left to try; the next records start without a lag.</summary>
    public bool TryGoBack(TimeSpan lag)
    {
        lock (_lock)
        {
            // Another request may have gone back already.
            if (_lag <= lag)
            {
                var next = lag == TimeSpan.Zero ? FirstStep : lag * 2;
                _lag = next <= MaxLag ? next : TimeSpan.Zero;
            }

            _foundAt = clock.GetTimestamp();
            return _lag > TimeSpan.Zero;
        }
    }
}
