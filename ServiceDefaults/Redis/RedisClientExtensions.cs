using CloudNative.ServiceDefaults.Connections;
using CloudNative.ServiceDefaults.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Redis as a cache that may be away.</summary>
public static class RedisClientExtensions
{
    /// <summary>
    /// Registers <see cref="IConnectionMultiplexer"/> for <c>ConnectionStrings:<paramref name="connectionName"/></c> (an error at start when it is
    /// missing), traced and measured. A server that is away never fails the start, and makes commands fail at once instead of queueing them;
    /// the health check of that name then says Degraded.
    /// </summary>
    public static void AddRedisClient(this IHostApplicationBuilder builder, string connectionName)
    {
        ArgumentNullException.ThrowIfNull(builder);

        RequiredConnection.Add(builder, connectionName);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<RedisTracing>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RedisTracing>());
        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
        {
            var options = ConfigurationOptions.Parse(RequiredConnection.Get(services, connectionName));
            options.AbortOnConnectFail = false;
            options.BacklogPolicy = BacklogPolicy.FailFast;
            options.LoggerFactory = services.GetRequiredService<ILoggerFactory>();
            var multiplexer = ConnectionMultiplexer.Connect(options);
            services.GetRequiredService<RedisTracing>().Watch(multiplexer);
            return multiplexer;
        });
        builder.Services.AddHealthChecks().AddCheck<RedisCheck>(connectionName, HealthStatus.Degraded);
    }
}
