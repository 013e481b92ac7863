using System.Globalization;
using CloudNative.Metering.Events;

namespace CloudNative.ApiService.Backlog;

/// <summary>What the broker keeps of each partition, counted or not; null is no limit.</summary>
internal sealed record TopicRetention(long? Bytes, TimeSpan? Time)
{
    public static readonly TopicRetention Unknown = new(Bytes: null, Time: null);

    // What is kept longer is kept for good; a time that long ago could not be reckoned with either.
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(10_000);

    /// <summary>See <see cref="UsageEventTopicSettings.FaultOf"/>.</summary>
    public string? Fault { get; init; }

    /// <summary>See <see cref="UsageEventTopicSettings.WarningOf"/>.</summary>
    public string? Warning { get; init; }

    /// <summary>From the topic's settings; negative is Kafka's word for no limit.</summary>
    public static TopicRetention Of(string? retentionBytes, string? retentionMs) => new(
        Limit(retentionBytes),
        Limit(retentionMs) is { } milliseconds && milliseconds <= LongestTime.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null);

    private static long? Limit(string? value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) && limit >= 0 ? limit : null;
}
