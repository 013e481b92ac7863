using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;

namespace CloudNative.ApiService.Authentication;

/// <summary>How long what is known of a key is believed.</summary>
internal static class ApiKeyCaching
{
    /// <summary>A good key is looked up again after this, should its changes not be heard (<see cref="ApiKeyChangeListener"/>).</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(2);

    /// <summary>While PostgreSQL is away a key that was good is believed for as long as this.</summary>
    public static readonly TimeSpan LastKnownFor = TimeSpan.FromDays(1);

    /// <summary>How often a PostgreSQL that is away is asked about one key.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    /// <summary>A known key waits no longer than this for its renewal.</summary>
    private static readonly TimeSpan RenewalPatience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A key known in memory waits no longer than this for Redis, one that is not waits for <see cref="RedisTimeout"/>.</summary>
    private static readonly TimeSpan RedisPatience = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan RedisTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Bounds the memory that wrong keys can take: an entry has size 1, a few hundred bytes.</summary>
    private const int MaxEntries = 50_000;

    public static IServiceCollection AddApiKeyCache(this IServiceCollection services)
    {
        services.AddFusionCache(ApiKeyLookup.CacheName)
            .AsKeyedServiceByCacheName()
            // The number changes with the shape of what is kept.
            .WithCacheKeyPrefix("cloudnative:api-key:2:")
            .WithOptions(options =>
            {
                options.DistributedCacheCircuitBreakerDuration = TimeSpan.FromSeconds(2);
                // Nothing is tagged, and looking for tags would cost two more reads a request.
                options.DisableTagging = true;
            })
            .WithDefaultEntryOptions(new FusionCacheEntryOptions(KnownFor) { Size = 1 }
                .SetFailSafe(true, LastKnownFor, AskAgainAfter)
                .SetFactoryTimeouts(RenewalPatience, LookupTimeout)
                .SetDistributedCacheTimeouts(RedisPatience, RedisTimeout))
            .WithMemoryCache(_ => new MemoryCache(new MemoryCacheOptions { SizeLimit = MaxEntries }))
            .WithSerializer(new ApiKeyIdentitySerializer())
            .WithDistributedCache(provider => new RedisCache(new RedisCacheOptions
            {
                ConnectionMultiplexerFactory = () => Task.FromResult(provider.GetRequiredService<IConnectionMultiplexer>()),
            }));
        return services;
    }
}
