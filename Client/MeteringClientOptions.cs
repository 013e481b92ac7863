using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CloudNative.Metering.Client;

/// <summary>How the API is called.</summary>
public sealed class MeteringClientOptions
{
    private const string Shortest = "00:00:00.001", Longest = "01:00:00";

    /// <summary>Where the API is: an absolute address, without <c>/api/v1</c>. Required.</summary>
    [Required(ErrorMessage = "BaseAddress is missing: the address of the API, such as https://metering.example.com.")]
    public Uri? BaseAddress { get; set; }

    /// <summary>The API key to call with. Required.</summary>
    [Required(ErrorMessage = "Key is missing: an API key with the scopes of the calls that are made.")]
    public string Key { get; set; } = "";

    /// <summary>How long one attempt may take, to the end of its answer; up to an hour, default 10 seconds.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest, ErrorMessage = "AttemptTimeout must be 1 ms to an hour.")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a call is repeated that had no answer, or a 408, 429 or 5xx; 0 to 100, default 5. Reported events are repeated until they are taken.</summary>
    [Range(0, 100, ErrorMessage = "MaxRetries must be 0 to 100.")]
    public int MaxRetries { get; set; } = 5;

    /// <summary>The wait before the first repetition, doubled for each further one, with jitter. An answer's <c>Retry-After</c> goes before. Up to an hour, default 500 ms.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest, ErrorMessage = "RetryDelay must be 1 ms to an hour.")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest of these waits; up to an hour, default 15 seconds.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest, ErrorMessage = "MaxRetryDelay must be 1 ms to an hour.")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(15);
}

[OptionsValidator]
internal sealed partial class MeteringClientOptionsValidator : IValidateOptions<MeteringClientOptions>;
