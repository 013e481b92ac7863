namespace CloudNative.ApiService.Backlog;

/// <summary>What left a gate since the process began.</summary>
/// <param name="Bytes">With <see cref="BacklogEntry.RecordOverhead"/> for each record.</param>
/// <param name="Records">How many records they are.</param>
internal readonly record struct LeftGate(long Bytes, long Records)
{
    public static LeftGate operator -(LeftGate later, LeftGate earlier) => new(later.Bytes - earlier.Bytes, later.Records - earlier.Records);
}

/// <summary>
/// Lets bytes into one partition up to a limit that is set every second. What entered and is not in the log yet counts against it, so that no burst
/// between two looks at the log overruns it. Closed until the limit is set for the first time.
/// </summary>
internal sealed class PartitionGate
{
    private long _entered;
    private long _left;
    private long _leftRecords;
    private long _limit;
    private long _empty;
    private long _alone;

    /// <summary>What is in the log by now, or will not come any more.</summary>
    public LeftGate Left
    {
        get
        {
            // The other way round than they are counted, so that a record never looks smaller than it is.
            var records = Interlocked.Read(ref _leftRecords);
            return new LeftGate(Interlocked.Read(ref _left), records);
        }
    }

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

    /// <summary>For records that are answered for, whatever became of them: none of them is on its way any more.</summary>
    public void Leave(long bytes, int records)
    {
        Interlocked.Add(ref _left, bytes);
        Interlocked.Add(ref _leftRecords, records);
    }

    /// <param name="left">The bytes of <see cref="Left"/> before the log was looked at: all of that is in what was seen there.</param>
    /// <param name="bytes">What may enter beyond it; null: any number.</param>
    /// <param name="alone">What may enter where nothing else is on its way.</param>
    public void Allow(long left, long? bytes, long alone)
    {
        Interlocked.Exchange(ref _empty, left);
        Interlocked.Exchange(ref _alone, alone);
        Interlocked.Exchange(ref _limit, bytes is { } limit ? left + limit : long.MaxValue);
    }
}
