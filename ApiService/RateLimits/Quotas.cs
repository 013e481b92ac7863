using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.RateLimits;

/// <summary>The quotas that this process has to do with: one for each key, and one for each tenant.</summary>
internal sealed class Quotas(IOptions<RateLimitOptions> options, QuotaStore store, TimeProvider clock) : IDisposable
{
    private const string Prefix = "cloudnative:rate:";

    /// <summary>A quota that is not used for so long is forgotten in this process; longer than any window.</summary>
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(2);

    private readonly MemoryCache _quotas = new(new MemoryCacheOptions());

    public QuotaPolicy KeyPolicy { get; } = new("key", options.Value.KeyRequests, options.Value.Window);

    public QuotaPolicy TenantPolicy { get; } = new("tenant", options.Value.TenantRequests, options.Value.Window);

    /// <summary>The quota of a key or of a tenant; their ids are ULIDs, so no two are the same.</summary>
    public Quota Of(QuotaPolicy policy, string id)
    {
        if (_quotas.TryGetValue(id, out Quota? known))
            return known!;
        return _quotas.GetOrCreate(id, entry =>
        {
            entry.SlidingExpiration = ForgottenAfter;
            return new Quota($"{Prefix}{policy.Name}:{id}", policy, store, clock);
        })!;
    }

    public void Dispose() => _quotas.Dispose();
}
