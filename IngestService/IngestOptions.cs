using System.ComponentModel.DataAnnotations;
using CloudNative.Metering.Events;

namespace CloudNative.IngestService;

/// <summary>Configuration section <c>Ingest</c>.</summary>
public sealed class IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>The consumer group; every ingest service of one installation has the same, and the API knows it as <c>Backlog:GroupId</c>. Default <c>ingest</c>.</summary>
    [Required]
    public string GroupId { get; set; } = UsageEventTopic.CountingGroup;

    /// <summary>The most records that one transaction takes, 1 to 100,000. Default 10,000: larger ones gain little, take more memory, and make a retry dearer.</summary>
    [Range(1, 100_000)]
    public int MaxBatchRecords { get; set; } = 10_000;

    /// <summary>
    /// The least time from the beginning of a lane's transaction to its next one, unless that is full: 0 to 10 s. Default 100 ms. What comes after a pause is counted
    /// at once; under load, few large transactions cost less than many small ones.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan BatchInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// A consumer that says nothing for this long is taken for dead, and others get its partitions: 1 second to 5 minutes. Default 6 s, so that
    /// a killed one is replaced within 10 s. The brokers bound it
    /// too (<c>group.min.session.timeout.ms</c>, 6 s unless they say otherwise).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>How long records may wait uncounted before the service says that it is not ready: 1 second to 1 hour. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StallAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Whether a topic that was deleted and made again is counted from its start. Default: only in Development, where the in-memory cluster is new at
    /// each start; elsewhere events of the old topic may be lost with it, so the service stops and a person decides.
    /// </summary>
    public bool? AcceptReplacedTopic { get; set; }

    /// <summary>
    /// Whether a partition whose next record is not in the log (deleted uncounted, or the log was cut) goes on with the records that are there. Default false:
    /// that partition stops, readiness says so, and a person decides; while a log is cut, events are kept beyond their retention. Set it, restart, and unset it again.
    /// </summary>
    public bool AcceptLostRecords { get; set; }

    /// <summary>
    /// Transactions that may run at the same time, each over its share of the partitions: 1 to 64. Default the cores, at most 12, one for each partition: while one
    /// waits for PostgreSQL, another reads and sorts. All lanes share 32 MiB of records that wait, so more of them make smaller transactions, and not a larger process.
    /// </summary>
    [Range(1, 64)]
    public int Lanes { get; set; } = Math.Clamp(Environment.ProcessorCount, 1, UsageEventTopic.Partitions);
}
