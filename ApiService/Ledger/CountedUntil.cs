using CloudNative.Metering.Events;

namespace CloudNative.ApiService.Ledger;

/// <summary>
/// Up to which time the log is counted for certain: remembers how long the log was at each look, and when counting has come past that. So it is known under a
/// steady load too, when something always waits. For one thread to feed; read by any.
/// </summary>
internal sealed class CountedUntil
{
    /// <summary>Looks that are remembered; when there are more, every second one is forgotten, which only makes the steps coarser.</summary>
    public const int MaxLooks = 600;

    private readonly LinkedList<(DateTimeOffset Time, IReadOnlyList<long> Ends)> _looks = new();
    private StreamIdentity? _stream;
    private Known? _known;

    /// <summary>Null until counting has come past the first look.</summary>
    public DateTimeOffset? Time => Volatile.Read(ref _known)?.Time;

    /// <summary>Records that wait to be counted, at the last look.</summary>
    public long Waiting { get; private set; }

    /// <param name="stream">The topic that was looked at; another one has other offsets.</param>
    /// <param name="time">Before <paramref name="ends"/> were read.</param>
    /// <param name="counted">By partition: the first offset that is not counted.</param>
    /// <param name="ends">By partition: the offset that its next record gets.</param>
    public void Observe(StreamIdentity stream, DateTimeOffset time, IReadOnlyList<long> counted, IReadOnlyList<long> ends)
    {
        if (stream != _stream || _looks.Last?.Value.Ends.Count > ends.Count)
            _looks.Clear();
        _stream = stream;
        _looks.AddLast((time, ends));
        Waiting = counted.Zip(ends, (first, end) => Math.Max(0, end - first)).Sum();
        while (_looks.First is { } first && first.Value.Ends.Zip(counted, (end, done) => done >= end).All(isPast => isPast))
        {
            Volatile.Write(ref _known, new Known(first.Value.Time));
            _looks.RemoveFirst();
        }

        if (_looks.Count > MaxLooks)
            Thin();
    }

    private void Thin()
    {
        var kept = _looks.Index().Where(look => look.Index % 2 == 0).Select(look => look.Item).ToList();
        _looks.Clear();
        kept.ForEach(look => _looks.AddLast(look));
    }

    private sealed record Known(DateTimeOffset Time);
}
