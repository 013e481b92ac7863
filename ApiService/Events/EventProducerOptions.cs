using System.ComponentModel.DataAnnotations;
using CloudNative.ApiService.Backlog;
using CloudNative.Metering.Events;

namespace CloudNative.ApiService.Events;

/// <summary>Configuration section <c>Producer</c>: how events reach Kafka.</summary>
public sealed class EventProducerOptions : IValidatableObject
{
    public const string Section = "Producer";

    // All events of the largest request may go over one connection.
    private const int LargestRequestKilobytes = (int)(ApiLimits.MaxBodyBytes + UsageEventReader.MaxBatchLength * BacklogEntry.RecordOverhead) / 1024;

    /// <summary>
    /// How long a request waits for the broker's acknowledgement before it is answered with 503: 1 to 9 s. Default 6 s, which leaves a service that is
    /// told to stop (8 s) the time to give its last answers.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:09")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a record waits for company in its batch, at least: 0 to 100 ms. Default 0.2 ms; a producer that has nothing else to do looks each millisecond.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:00.100")]
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(0.2);

    /// <summary>Kilobytes of events that may wait for the broker, to 1,048,576, and for each connection at least 5,346. Default 65,536; beyond it the answer is 503.</summary>
    [Range(LargestRequestKilobytes, 1_048_576)]
    public int QueueKilobytes { get; set; } = 65_536;

    /// <summary>Events that may wait for the broker, to 10,000,000, and for each connection at least 5,000. Default 200,000; beyond it the answer is 503.</summary>
    [Range(UsageEventReader.MaxBatchLength, 10_000_000)]
    public int QueueEvents { get; set; } = 200_000;

    /// <summary>
    /// Connections that records are sent over, each with its share of the partitions and of the queue: 1 to 12. Default 2: a broker takes the requests of one
    /// connection one by one, and each connection more wakes threads more often for fewer records.
    /// </summary>
    [Range(1, 12)]
    public int Connections { get; set; } = 2;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (QueueEvents / Connections < UsageEventReader.MaxBatchLength)
            yield return TooSmall(nameof(QueueEvents), UsageEventReader.MaxBatchLength);
        if (QueueKilobytes / Connections < LargestRequestKilobytes)
            yield return TooSmall(nameof(QueueKilobytes), LargestRequestKilobytes);
    }

    private static ValidationResult TooSmall(string queue, int least) => new(
        $"{Section}:{queue} divided by {Section}:{nameof(Connections)} must be at least {least}: the largest request may go over one connection.",
        [queue, nameof(Connections)]);
}
