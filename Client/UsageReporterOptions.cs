using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CloudNative.Metering.Client;

/// <summary>How events are gathered, kept and sent.</summary>
public sealed class UsageReporterOptions
{
    private const int MinCapacityBytes = UsageEvent.MaxBytes;

    /// <summary>The most events in one request; 1 to 5,000, default 500.</summary>
    [Range(1, EventJson.MaxBatchLength, ErrorMessage = "BatchSize must be 1 to 5000.")]
    public int BatchSize { get; set; } = 500;

    /// <summary>How long the first event of a batch waits for others, once the batch before is sent; up to a minute, default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "BatchDelay must be 0 to a minute.")]
    public TimeSpan BatchDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most bytes of events, as JSON, that are kept while they can't be sent, in memory and on disk; 256 KiB to 2 GiB, default 64 MiB.</summary>
    [Range(MinCapacityBytes, int.MaxValue, ErrorMessage = "CapacityBytes must be 262144 (256 KiB) to 2147483647.")]
    public int CapacityBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long the end of the process waits for what is not sent yet; up to an hour, default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "FlushTimeout must be 0 to an hour.")]
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A folder of this process's own that events are written to before they are taken over, so that they outlive the process; the next one sends what is there,
    /// with the same ids. Null: events are kept in memory only.
    /// </summary>
    public string? BufferFolder { get; set; }

    /// <summary>Is told of each event that the API finds wrong, and that so will not be counted. Null: it is only logged.</summary>
    public Action<RefusedEvent>? OnRefused { get; set; }
}

/// <summary>An event that the API found wrong.</summary>
/// <param name="Json">The event as it was sent.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record RefusedEvent(string Json, string Reason);

[OptionsValidator]
internal sealed partial class UsageReporterOptionsValidator : IValidateOptions<UsageReporterOptions>;
