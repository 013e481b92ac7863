using System.ComponentModel.DataAnnotations;

namespace CloudNative.IngestService.Backfill;

/// <summary>Configuration section <c>Backfill</c>: how new meters count what was stored before them.</summary>
public sealed class BackfillOptions
{
    public const string Section = "Backfill";

    /// <summary>Stored events that one transaction looks at, at most, 1 to 100,000. Default 50,000: smaller pages cost rate, larger ones hold rollups longer.</summary>
    [Range(1, 100_000)]
    public int PageSize { get; set; } = 50_000;

    /// <summary>How often to look for meters that were created: 100 ms to 1 hour. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}
