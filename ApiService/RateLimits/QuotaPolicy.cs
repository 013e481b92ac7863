namespace CloudNative.ApiService.RateLimits;

/// <summary>So many requests a window.</summary>
/// <param name="Name">In the <c>RateLimit</c> fields.</param>
/// <param name="Limit">Requests.</param>
/// <param name="Window">From the first request on.</param>
internal sealed record QuotaPolicy(string Name, int Limit, TimeSpan Window)
{
    /// <summary>
    /// A process takes a hundredth of the quota at a time and asks Redis again when that is used up: some requests of many thousand a second wait for Redis. What
    /// a process has taken and does not use is refused to the others, so a small quota is taken one by one.
    /// </summary>
    public int Share { get; } = Math.Max(1, Limit / 100);
}

/// <summary>What a process may use of a quota.</summary>
/// <param name="Granted">Requests that it may serve until the window ends.</param>
/// <param name="Left">Requests that nobody has taken.</param>
/// <param name="EndsIn">How long the window lasts.</param>
internal readonly record struct QuotaGrant(long Granted, long Left, TimeSpan EndsIn);

/// <summary>What came of one request.</summary>
/// <param name="IsAllowed">Whether the quota had room for it.</param>
/// <param name="Left">Requests that are left, as far as this process knows.</param>
/// <param name="EndsIn">How long until the quota is whole again.</param>
internal readonly record struct QuotaUse(bool IsAllowed, long Left, TimeSpan EndsIn);
