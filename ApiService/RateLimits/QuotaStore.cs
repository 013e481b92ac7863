using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CloudNative.ApiService.RateLimits;

/// <summary>The quotas that all API processes share, in Redis. While it is away each process counts for itself.</summary>
internal sealed partial class QuotaStore(
    IConnectionMultiplexer redis, IOptions<RateLimitOptions> options, TimeProvider clock, ILogger<QuotaStore> logger)
{
    // A window is a key that Redis forgets at its end: no clocks to compare. A key that would never be forgotten begins anew: in a server whose clock goes on while a
    // script runs (Garnet's) a window can end between its lines, and INCRBY then makes such a key, which refused everything from then on.
    private const string LeaseScript = """
        local taken = tonumber(redis.call('GET', KEYS[1]) or '0')
        local isNew = redis.call('PTTL', KEYS[1]) < 1
        if isNew then
            taken = 0
        end
        local granted = math.min(tonumber(ARGV[1]), tonumber(ARGV[2]) - taken)
        if granted < 1 then
            granted = 0
        elseif isNew then
            redis.call('SET', KEYS[1], granted, 'PX', ARGV[3])
        else
            redis.call('INCRBY', KEYS[1], granted)
        end
        return { granted, tonumber(ARGV[2]) - taken - granted, redis.call('PTTL', KEYS[1]) }
        """;

    private bool _isAway;

    /// <summary>Takes as much as there is of <paramref name="wanted"/> requests. Null when Redis does not tell.</summary>
    public async Task<QuotaGrant?> LeaseAsync(string partition, QuotaPolicy policy, int wanted)
    {
        try
        {
            if (redis.IsConnected)
            {
                var answer = await redis.GetDatabase()
                    .ScriptEvaluateAsync(LeaseScript, [partition], [wanted, policy.Limit, (long)policy.Window.TotalMilliseconds])
                    .WaitAsync(options.Value.RedisTimeout, clock);
                _isAway = false;
                var values = (long[])answer!;
                // A limit that was lowered meanwhile leaves less than nothing.
                return new QuotaGrant(values[0], Math.Max(0, values[1]), TimeSpan.FromMilliseconds(Math.Max(1, values[2])));
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            if (!_isAway)
                LogAway(e.Message);
            _isAway = true;
        }

        return null;
    }

    [LoggerMessage(1, LogLevel.Warning, "Rate limits hold for this process alone until Redis is back: {Reason}")]
    private partial void LogAway(string reason);
}
