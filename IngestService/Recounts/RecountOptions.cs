using System.ComponentModel.DataAnnotations;

namespace CloudNative.IngestService.Recounts;

/// <summary>Configuration section <c>Recount</c>: how the books are checked against what is stored.</summary>
public sealed class RecountOptions
{
    public const string Section = "Recount";

    /// <summary>How often closed hours are looked for: 1 second to 1 day. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The most hours that are recounted each time, 1 to 1,000. Default 6; the others follow next time.</summary>
    [Range(1, 1_000)]
    public int MaxHours { get; set; } = 6;
}
