using System.ComponentModel.DataAnnotations;
using CloudNative.Metering.Events;

namespace CloudNative.ApiService.Backlog;

/// <summary>Configuration section <c>Backlog</c>: how much the log keeps of what is not counted yet, for brokers that don't tell or tell it wrong; and who counts.</summary>
public sealed class BacklogOptions
{
    public const string Section = "Backlog";

    /// <summary>
    /// Bytes that the broker keeps of each partition, 65,536 or more. Default: the topic's own <c>retention.bytes</c>; 5 MiB with librdkafka's
    /// in-memory cluster, which has no such setting and keeps that much.
    /// </summary>
    [Range(65_536, long.MaxValue)]
    public long? RetentionBytes { get; set; }

    /// <summary>How long the broker keeps a record, 10 seconds to 10,000 days. Default: the topic's own <c>retention.ms</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "10000.00:00:00")]
    public TimeSpan? RetentionTime { get; set; }

    /// <summary>
    /// The ingest services' consumer group, their <c>Ingest:GroupId</c>: what it committed is taken for counted by a process that did not reach PostgreSQL yet.
    /// Default <c>ingest</c>.
    /// </summary>
    [Required]
    public string GroupId { get; set; } = UsageEventTopic.CountingGroup;
}
