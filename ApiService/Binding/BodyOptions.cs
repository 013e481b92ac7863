using System.ComponentModel.DataAnnotations;

namespace CloudNative.ApiService.Binding;

/// <summary>Configuration section <c>Bodies</c>: what the bodies of requests may take of the process' memory.</summary>
public sealed class BodyOptions
{
    public const string Section = "Bodies";

    /// <summary>
    /// Kilobytes that the bodies of all requests may take at once, 8,192 (what one of the largest may need) to 1,048,576. Default 65,536: 16 of the largest, or
    /// 8,192 of single events. Beyond it requests are answered with 503 before anything of them is read. A request takes its body's length, rounded up to a power
    /// of two and at least 8 KiB, until it is answered; one that does not announce its length takes more as more of it arrives.
    /// </summary>
    [Range(8_192, 1_048_576)]
    public int Kilobytes { get; set; } = 65_536;
}
