namespace CloudNative.ApiService.Backlog;

/// <summary>
/// Lets bytes into one partition up to a limit that is set every second. What entered and is not in the log yet counts against it, so that no burst
/// between two looks at the log overruns it.
/// </summary>
internal sealed class PartitionGate
{
    private long _entered;
    private long _left;
    private long _limit = long.MaxValue;
    private long _empty;
    private long _alone;

    /// <summary>Bytes that are in the log by now, or will not come any more.</summary>
    public long Left => Interlocked.Read(ref _left);

    public bool TryEnter(long bytes)
    {
        var entered = Interlocked.Add(ref _entered, bytes);
        if (entered <= Interlocked.Read(ref _limit) || (entered - bytes == Interlocked.Read(ref _empty) && bytes <= Interlocked.Read(ref _alone)))
            return true;
        Withdraw(bytes);
        return false;
    }

    /// <summary>For bytes that entered and were not sent.</summary>
    public void Withdraw(long bytes) => Interlocked.Add(ref _entered, -bytes);

    /// <summary>For bytes that were sent, whatever became of them.</summary>
    public void Leave(long bytes) => Interlocked.Add(ref _left, bytes);

    /// <param name="left"><see cref="Left"/> before the log was looked at: all of that is in what was seen there.</param>
    /// <param name="bytes">What may enter beyond it; null: any number.</param>
    /// <param name="alone">What may enter where nothing else is on its way.</param>
    public void Allow(long left, long? bytes, long alone)
    {
        Interlocked.Exchange(ref _empty, left);
        Interlocked.Exchange(ref _alone, alone);
        Interlocked.Exchange(ref _limit, bytes is { } limit ? left + limit : long.MaxValue);
    }
}
