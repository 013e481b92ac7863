namespace CloudNative.Metering.Segments;

/// <summary>When segments of events are closed and dropped, and how long an id is remembered.</summary>
/// <param name="DedupeWindow">For so long after an event was stored, another with its (tenant, source, id) is a duplicate.</param>
/// <param name="Retention">For so long an event itself is kept; not shorter than the window.</param>
/// <param name="MaxAge">A segment is closed when it was open for so long.</param>
/// <param name="MaxKeyIndexBytes">Or when the index of its keys has become so large: what is written to must stay in memory.</param>
/// <param name="MaxFilterBytes">What the filters of closed segments may take of this process' memory; segments beyond are asked by their index.</param>
public sealed record SegmentPolicy(TimeSpan DedupeWindow, TimeSpan Retention, TimeSpan MaxAge, long MaxKeyIndexBytes, long MaxFilterBytes)
{
    public static readonly SegmentPolicy Default = new(
        TimeSpan.FromDays(35), TimeSpan.FromDays(400), TimeSpan.FromDays(1), 192 * 1024 * 1024, 128 * 1024 * 1024);
}
