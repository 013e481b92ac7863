using System.Diagnostics.Metrics;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Problems;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.RateLimits;

/// <summary>
/// Counts each request that a good key sends, whatever comes of it, and tells what is left in the fields of draft-ietf-httpapi-ratelimit-headers. A request beyond
/// a quota gets 429.
/// </summary>
internal sealed class RateLimitMiddleware
{
    public const string PolicyField = "RateLimit-Policy";
    public const string LimitField = "RateLimit";

    private const string Prefix = "cloudnative:rate:";

    /// <summary>A quota that is not used for so long is forgotten in this process; longer than any window.</summary>
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(2);

    private readonly RequestDelegate _next;
    private readonly QuotaStore _store;
    private readonly TimeProvider _clock;
    private readonly QuotaPolicy _keyPolicy;
    private readonly QuotaPolicy _tenantPolicy;
    private readonly string _policies;
    private readonly Counter<long> _refused;
    private readonly MemoryCache _quotas = new(new MemoryCacheOptions());

    public RateLimitMiddleware(RequestDelegate next, IOptions<RateLimitOptions> options, QuotaStore store, IMeterFactory meters, TimeProvider clock)
    {
        (_next, _store, _clock) = (next, store, clock);
        _keyPolicy = new QuotaPolicy("key", options.Value.KeyRequests, options.Value.Window);
        _tenantPolicy = new QuotaPolicy("tenant", options.Value.TenantRequests, options.Value.Window);
        _policies = $"{Describe(_keyPolicy)}, {Describe(_tenantPolicy)}";
        _refused = meters.Create("CloudNative.Api").CreateCounter<long>(
            "cloudnative.rate_limit.refused_requests", "{request}", "Requests that were refused with 429, by the quota that was used up.");
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.User.FindFirst(ApiKeyClaims.Key)?.Value is not { } keyId)
            return _next(context);
        var key = QuotaOf(_keyPolicy, keyId);
        var tenant = QuotaOf(_tenantPolicy, context.User.FindFirst(ApiKeyClaims.Tenant)!.Value);

        // Mostly both are counted here, and nothing is waited for.
        if (!key.TryUse(out var keyUse))
            return WaitForKeyAsync(context, key, tenant);
        if (!keyUse.IsAllowed)
            return RefuseKeyAsync(context, keyUse);
        return tenant.TryUse(out var tenantUse) ? FinishAsync(context, key, keyUse, tenantUse) : WaitForTenantAsync(context, key, keyUse, tenant);
    }

    private async Task WaitForKeyAsync(HttpContext context, Quota key, Quota tenant)
    {
        var keyUse = await key.UseAsync(context.RequestAborted);
        await (keyUse.IsAllowed ? WaitForTenantAsync(context, key, keyUse, tenant) : RefuseKeyAsync(context, keyUse));
    }

    private async Task WaitForTenantAsync(HttpContext context, Quota key, QuotaUse keyUse, Quota tenant)
    {
        if (!tenant.TryUse(out var tenantUse))
            tenantUse = await tenant.UseAsync(context.RequestAborted);
        await FinishAsync(context, key, keyUse, tenantUse);
    }

    private Task FinishAsync(HttpContext context, Quota key, QuotaUse keyUse, QuotaUse tenantUse)
    {
        if (!tenantUse.IsAllowed)
        {
            key.GiveBack();
            return RefuseAsync(context, _tenantPolicy, "all API keys of the tenant together", tenantUse);
        }

        var headers = context.Response.Headers;
        headers[PolicyField] = _policies;
        headers[LimitField] = $"\"key\";r={keyUse.Left};t={Seconds(keyUse.EndsIn)}, \"tenant\";r={tenantUse.Left};t={Seconds(tenantUse.EndsIn)}";
        return _next(context);
    }

    private Task RefuseKeyAsync(HttpContext context, QuotaUse use) => RefuseAsync(context, _keyPolicy, "this API key", use);

    private Task RefuseAsync(HttpContext context, QuotaPolicy policy, string whose, QuotaUse use)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("policy", policy.Name));
        context.Response.Headers[PolicyField] = _policies;
        context.Response.Headers[LimitField] = $"\"{policy.Name}\";r=0;t={Seconds(use.EndsIn)}";
        var detail = $"The {policy.Limit} requests that {whose} may send in {policy.Window.TotalSeconds} s are used up.";
        return Problem.TooManyRequests(policy.Name, detail, TimeSpan.FromSeconds(Seconds(use.EndsIn))).ExecuteAsync(context);
    }

    private Quota QuotaOf(QuotaPolicy policy, string id)
    {
        // Ids are ULIDs: a key and a tenant never have the same.
        if (_quotas.TryGetValue(id, out Quota? known))
            return known!;
        return _quotas.GetOrCreate(id, entry =>
        {
            entry.SlidingExpiration = ForgottenAfter;
            return new Quota($"{Prefix}{policy.Name}:{id}", policy, _store, _clock);
        })!;
    }

    private static string Describe(QuotaPolicy policy) => $"\"{policy.Name}\";q={policy.Limit};w={policy.Window.TotalSeconds}";

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
