using System.ComponentModel.DataAnnotations;
using CloudNative.Metering.Segments;

namespace CloudNative.IngestService.Storage;

/// <summary>Configuration section <c>Storage</c>: how long events are kept, and how their tables are cut.</summary>
public sealed class StorageOptions : IValidatableObject
{
    public const string Section = "Storage";

    private const int Megabyte = 1024 * 1024;

    /// <summary>For so long after an event was stored, another with the same tenant, source and id is a duplicate: 1 hour to 400 days. Default 35 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "400.00:00:00")]
    public TimeSpan DedupeWindow { get; set; } = SegmentPolicy.Default.DedupeWindow;

    /// <summary>
    /// For so long events themselves are kept, which new meters are filled from and figures are explained by: 1 hour to 10,000 days, and not shorter than
    /// <see cref="DedupeWindow"/>. Default 400 days. What was counted from them stays,
    /// but a meter that counted events which are gone can't get other dimensions, and a query can't cut a minute of which some are gone.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "10000.00:00:00")]
    public TimeSpan EventRetention { get; set; } = SegmentPolicy.Default.Retention;

    /// <summary>
    /// For so long the books' minutes are kept, what was recounted of them, and dead letters that were replayed or discarded: 31 to 10,000 days. Default 400 days. Whole
    /// days of UTC are deleted. Open dead letters of a tenant are kept for good.
    /// </summary>
    [Range(typeof(TimeSpan), "31.00:00:00", "10000.00:00:00")]
    public TimeSpan BookRetention { get; set; } = Metering.Ledger.BookRetention.Default;

    /// <summary>After so long the segment that is written to is closed and another opened: 1 minute to 31 days. Default 1 day. Retention drops whole segments.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "31.00:00:00")]
    public TimeSpan SegmentMaxAge { get; set; } = SegmentPolicy.Default.MaxAge;

    /// <summary>
    /// So large may the key index of the segment that is written to become, in MiB: 1 to 65,536. Default 192, about 5 million events. It has to stay in PostgreSQL's memory.
    /// </summary>
    [Range(1, 65_536)]
    public int SegmentMaxKeyIndexMegabytes { get; set; } = (int)(SegmentPolicy.Default.MaxKeyIndexBytes / Megabyte);

    /// <summary>
    /// Memory of this process for the filters that tell new ids from those of the window, in MiB: 0 to 65,536. Default 128, enough for 89 million events; where more lie in the
    /// window, each batch costs a look into the index of each segment beyond.
    /// </summary>
    [Range(0, 65_536)]
    public int DedupeFilterMegabytes { get; set; } = (int)(SegmentPolicy.Default.MaxFilterBytes / Megabyte);

    internal SegmentPolicy Policy => new(
        DedupeWindow, EventRetention, SegmentMaxAge, (long)SegmentMaxKeyIndexMegabytes * Megabyte, (long)DedupeFilterMegabytes * Megabyte);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (EventRetention < DedupeWindow)
            yield return new ValidationResult($"{nameof(EventRetention)} must not be shorter than {nameof(DedupeWindow)}.", [nameof(EventRetention)]);
    }
}
