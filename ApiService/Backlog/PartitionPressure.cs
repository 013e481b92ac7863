namespace CloudNative.ApiService.Backlog;

/// <summary>How near one partition is to losing records that are not counted yet, and what may still be written to it.</summary>
internal sealed class PartitionPressure(PartitionGate gate)
{
    /// <summary>The shares of the retention at which the operator is told, requests are refused, and are taken again.</summary>
    public const double AlarmAt = 0.25;
    public const double RefuseAt = 0.5;
    public const double ResumeAt = 0.4;

    private readonly UncountedBytes _uncounted = new();
    private LeftGate _left;

    public PartitionGate Gate => gate;

    /// <summary>Uncounted records.</summary>
    public long Records { get; private set; }

    /// <summary>Uncounted bytes as a share of what the broker keeps.</summary>
    public double SizeShare { get; private set; }

    /// <summary>The age of the oldest uncounted record as a share of how long the broker keeps it: the highest of the three marks that it reached, or 0.</summary>
    public double AgeShare { get; private set; }

    public double Share => Math.Max(SizeShare, AgeShare);

    public bool IsRefusing { get; private set; }

    /// <param name="first">The first offset that is not counted.</param>
    /// <param name="end">The offset of the log's next record.</param>
    /// <param name="ageShare">See <see cref="AgeShare"/>.</param>
    /// <param name="recordBytes">What a record of the topic took in the log lately. A partition of larger ones is priced with their own size.</param>
    /// <param name="retentionBytes">What the broker keeps; null is no limit.</param>
    /// <param name="left"><see cref="PartitionGate.Left"/> before the log was looked at.</param>
    public void Observe(long first, long end, double ageShare, double recordBytes, long? retentionBytes, LeftGate left)
    {
        Records = Math.Max(0, end - first);
        AgeShare = ageShare;
        _uncounted.Observe(first, end, Math.Max(recordBytes, OwnRecordBytes(left - _left)), Math.Max(recordBytes, OwnRecordBytes(left)));
        _left = left;
        SizeShare = retentionBytes is { } bytes ? _uncounted.Bytes / bytes : 0;
        IsRefusing = Share >= (IsRefusing ? ResumeAt : RefuseAt);
        Open(retentionBytes, left.Bytes);
    }

    /// <summary>
    /// The mean size of what this process sent to the partition, since the last look or since it began: keys and values, uncompressed, because how well they
    /// are compressed is not known by partition. 0 when it sent nothing.
    /// </summary>
    private static double OwnRecordBytes(LeftGate sent) => sent.Records > 0 ? (double)sent.Bytes / sent.Records - BacklogEntry.RecordOverhead : 0;

    private void Open(long? retentionBytes, long left)
    {
        if (IsRefusing)
            gate.Allow(left, bytes: 0, alone: 0);
        else if (retentionBytes is not { } bytes)
            gate.Allow(left, bytes: null, alone: 0);
        else
            // Where nothing waits the largest request there is gets in, however little is kept: it would never get in otherwise.
            gate.Allow(left, (long)(bytes * RefuseAt - _uncounted.Bytes), Records == 0 ? BacklogEntry.LargestRequest : 0);
    }
}
