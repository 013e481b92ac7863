using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace CloudNative.ServiceDefaults.Redis;

internal sealed class RedisCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return new HealthCheckResult(
                context.Registration.FailureStatus,
                $"Redis does not answer; what it would cache is read from its source: {exception.Message}",
                exception);
        }
    }
}
