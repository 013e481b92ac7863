using System.Threading.RateLimiting;

namespace CloudNative.Metering.Client.Reporting;

/// <summary>An event that was taken over and is not settled.</summary>
/// <param name="Json">What is sent.</param>
/// <param name="Room">Its bytes of the capacity; null for one that was found on disk when there was no room for it.</param>
internal sealed record PendingEvent(byte[] Json, RateLimitLease? Room)
{
    /// <summary>Where it lies on disk; null when it does not.</summary>
    public JournalSegment? Segment { get; set; }

    public bool IsSettled { get; private set; }

    /// <summary>It was sent, or refused for good.</summary>
    public void Settle()
    {
        IsSettled = true;
        Room?.Dispose();
        Segment?.Settle();
    }
}
