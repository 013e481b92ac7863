using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using CloudNative.ApiService.Problems;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.RateLimits;

/// <summary>
/// Counts requests without a good key or portal token, by the address that they come from, in this process alone: who guesses, or asks on and on with a revoked key, costs
/// the database no more than so many lookups a window.
/// </summary>
internal sealed class GuessQuota : IDisposable
{
    // Who has one address of IPv6 has all of its /64.
    private const int NetworkBytes = 8;

    private readonly PartitionedRateLimiter<HttpContext> _limiter;
    private readonly bool _isOn;
    private readonly TimeProvider _clock;
    private long _lastRefusal;

    public GuessQuota(IOptions<RateLimitOptions> options, TimeProvider clock)
    {
        (_isOn, _clock) = (options.Value.Enabled, clock);
        Policy = new QuotaPolicy("address", options.Value.AddressFailures, options.Value.Window);
        var window = new FixedWindowRateLimiterOptions { PermitLimit = Policy.Limit, Window = Policy.Window };
        _limiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => RateLimitPartition.GetFixedWindowLimiter(NetworkOf(context), _ => window));
    }

    public QuotaPolicy Policy { get; }

    /// <summary>Whether the address may send no more of them for now.</summary>
    public bool IsUsedUp(HttpContext context)
    {
        // Mostly nobody guesses, and every request asks.
        var last = Volatile.Read(ref _lastRefusal);
        if (last == 0 || _clock.GetElapsedTime(last) > Policy.Window)
            return false;
        using var lease = _limiter.AttemptAcquire(context, 0);
        return !lease.IsAcquired;
    }

    /// <summary>Counts one. Null when the quota had room for it; else when it has again.</summary>
    public TimeSpan? Count(HttpContext context)
    {
        if (!_isOn)
            return null;
        using var lease = _limiter.AttemptAcquire(context);
        if (lease.IsAcquired)
            return null;
        Volatile.Write(ref _lastRefusal, _clock.GetTimestamp());
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Policy.Window;
    }

    /// <summary>The answer to one that there was no room for.</summary>
    public Task RefuseAsync(HttpContext context, TimeSpan wait)
    {
        // As both headers say it.
        wait = TimeSpan.FromSeconds(RateLimitHeaders.Seconds(wait));
        context.Response.Headers[RateLimitHeaders.Policy] = RateLimitHeaders.Describe(Policy);
        context.Response.Headers[RateLimitHeaders.Limit] = RateLimitHeaders.Tell(Policy, 0, wait);
        var detail = $"The {Policy.Limit} requests without a good key or token that an address may send in {Policy.Window.TotalSeconds} s are used up.";
        return Problem.TooManyRequests(Policy.Name, detail, wait).ExecuteAsync(context);
    }

    public void Dispose() => _limiter.Dispose();

    private static IPAddress NetworkOf(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => IPAddress.None,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6 } address => new IPAddress([.. address.GetAddressBytes().AsSpan(0, NetworkBytes), .. new byte[NetworkBytes]]),
        { } address => address,
    };
}
