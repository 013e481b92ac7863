namespace CloudNative.ApiService.Backlog;

/// <summary>
/// How many bytes of a partition's log are not counted yet. Kafka's protocol tells offsets but not their bytes (and librdkafka has no call for the sizes
/// of log directories), so each stretch of the log is priced with the size that records had when it was written.
/// </summary>
internal sealed class UncountedBytes
{
    /// <summary>Stretches that are remembered; beyond it the two oldest become one, at the higher price.</summary>
    public const int MaxStretches = 256;

    // Prices that differ by less are one: under steady load a backlog of hours is a few stretches.
    private const double SamePrice = 1.05;

    private readonly List<Stretch> _stretches = [];
    private Stretch? _newest;
    private long? _inherited;
    private long _end;

    /// <summary>Bytes from the first uncounted record to the end of the log.</summary>
    public double Bytes { get; private set; }

    /// <param name="first">The first offset that is not counted.</param>
    /// <param name="end">The offset of the log's next record.</param>
    /// <param name="recordBytes">What a record took in the log lately.</param>
    /// <param name="anyRecordBytes">What a record takes as far as it is known now: the price of all that was there before the first look.</param>
    public void Observe(long first, long end, double recordBytes, double anyRecordBytes)
    {
        _inherited ??= end;
        // Sizes are known up to a second later than offsets: what was new at the last look is priced now, and what is new now provisionally.
        if (_newest is { } last)
            Append(last with { Price = Math.Max(last.Price, recordBytes) });
        // A log that was cut is priced anew.
        if (end < _end)
        {
            _stretches.Clear();
            _inherited = 0;
        }

        _newest = end != _end ? new Stretch(end, recordBytes) : null;
        _end = end;
        _stretches.RemoveAll(stretch => stretch.End <= first);
        Bytes = Math.Max(0, _inherited.Value - first) * anyRecordBytes + Sum(Math.Max(first, _inherited.Value));
    }

    private double Sum(long first)
    {
        var bytes = 0.0;
        foreach (var (end, price) in _newest is { } newest ? _stretches.Append(newest) : _stretches)
        {
            bytes += Math.Max(0, end - first) * price;
            first = Math.Max(first, end);
        }

        return bytes;
    }

    private void Append(Stretch stretch)
    {
        if (_stretches is [.., var last] && Math.Max(last.Price, stretch.Price) <= SamePrice * Math.Min(last.Price, stretch.Price))
            _stretches[^1] = stretch with { Price = Math.Max(last.Price, stretch.Price) };
        else
            _stretches.Add(stretch);

        if (_stretches.Count > MaxStretches)
        {
            _stretches[1] = _stretches[1] with { Price = Math.Max(_stretches[0].Price, _stretches[1].Price) };
            _stretches.RemoveAt(0);
        }
    }

    /// <param name="End">Exclusive; it starts where the one before it ends.</param>
    /// <param name="Price">Bytes of a record.</param>
    private readonly record struct Stretch(long End, double Price);
}
