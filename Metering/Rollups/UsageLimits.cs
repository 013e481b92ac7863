namespace CloudNative.Metering.Rollups;

/// <summary>How long an answer may get, which is in memory before it is sent. What is longer is cut behind the first row too many: that one tells so.</summary>
/// <param name="MaxRows">Rows of usage; one takes up to 700 bytes.</param>
/// <param name="MaxValues">Subjects, or values of a dimension, in a list; one takes some 200 bytes.</param>
public sealed record UsageLimits(int MaxRows, int MaxValues)
{
    /// <summary>A minute of a month has 43,200 rows, a day of a month by a thousand subjects and three dimensions 93,000.</summary>
    public static UsageLimits Default { get; } = new(100_000, 500_000);
}
