using System.ComponentModel.DataAnnotations;

namespace CloudNative.ApiService.RateLimits;

/// <summary>Configuration section <c>RateLimits</c>: how many requests a key, all keys of a tenant together, and an address without a key may send. A request with 5,000 events is one request.</summary>
public sealed class RateLimitOptions : IValidatableObject
{
    public const string Section = "RateLimits";

    /// <summary>Whether requests are counted at all. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Requests of one key in a window: 1 to 1,000,000,000. Default 500,000.</summary>
    [Range(1, 1_000_000_000)]
    public int KeyRequests { get; set; } = 500_000;

    /// <summary>Requests of all keys of a tenant in a window: 1 to 1,000,000,000. Default 1,000,000.</summary>
    [Range(1, 1_000_000_000)]
    public int TenantRequests { get; set; } = 1_000_000;

    /// <summary>
    /// Requests without a good key or portal token, from one address (IPv6: its /64), to one process, in a window: 1 to 1,000,000,000. Beyond them the answer is 429 instead of
    /// 401, and what the process does not remember as a good one is not looked up. Behind a proxy set <c>ASPNETCORE_FORWARDEDHEADERS_ENABLED=true</c>,
    /// else all addresses are the proxy's. Default 500.
    /// </summary>
    [Range(1, 1_000_000_000)]
    public int AddressFailures { get; set; } = 500;

    /// <summary>How long a window is, in whole seconds: 1 second to 1 hour. It begins with the first request after the last window. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A Redis that takes longer than this to answer is taken for one that is away: 10 ms to 5 seconds. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:05")]
    public TimeSpan RedisTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Window.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return new ValidationResult($"{Section}:{nameof(Window)} must be whole seconds: the RateLimit fields know no others.", [nameof(Window)]);
    }
}
