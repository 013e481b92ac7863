namespace CloudNative.Metering.Events;

/// <summary>The topic between the API and the ingest service.</summary>
public static class UsageEventTopic
{
    public const string Name = "usage-events";

    /// <summary>The key's hash picks the partition, so this never changes on a topic that holds events.</summary>
    public const int Partitions = 12;

    /// <summary>The consumer group of the ingest services, unless they are told another one.</summary>
    public const string CountingGroup = "ingest";
}
