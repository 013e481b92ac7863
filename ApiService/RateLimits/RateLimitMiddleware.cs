using System.Diagnostics.Metrics;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Problems;

namespace CloudNative.ApiService.RateLimits;

/// <summary>
/// Counts each request that a good key sends, whatever comes of it, and tells what is left in the fields of draft-ietf-httpapi-ratelimit-headers. A request beyond
/// a quota gets 429.
/// </summary>
internal sealed class RateLimitMiddleware
{
    private readonly RequestDelegate _next;
    private readonly Quotas _quotas;
    private readonly string _policies;
    private readonly Counter<long> _refused;

    public RateLimitMiddleware(RequestDelegate next, Quotas quotas, IMeterFactory meters)
    {
        (_next, _quotas) = (next, quotas);
        _policies = $"{RateLimitHeaders.Describe(quotas.KeyPolicy)}, {RateLimitHeaders.Describe(quotas.TenantPolicy)}";
        _refused = meters.Create("CloudNative.Api").CreateCounter<long>(
            "cloudnative.rate_limit.refused_requests", "{request}", "Requests that were refused with 429, by the quota that was used up.");
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.User.FindFirst(ApiKeyClaims.Key)?.Value is not { } keyId)
            return _next(context);
        var key = _quotas.Of(_quotas.KeyPolicy, keyId);
        var tenant = _quotas.Of(_quotas.TenantPolicy, context.User.FindFirst(ApiKeyClaims.Tenant)!.Value);

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
            return RefuseAsync(context, _quotas.TenantPolicy, "all API keys of the tenant together", tenantUse);
        }

        Tell(context, $"{RateLimitHeaders.Tell(_quotas.KeyPolicy, keyUse.Left, keyUse.EndsIn)}, {RateLimitHeaders.Tell(_quotas.TenantPolicy, tenantUse.Left, tenantUse.EndsIn)}");
        return _next(context);
    }

    private Task RefuseKeyAsync(HttpContext context, QuotaUse use) => RefuseAsync(context, _quotas.KeyPolicy, "this API key", use);

    private Task RefuseAsync(HttpContext context, QuotaPolicy policy, string whose, QuotaUse use)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("policy", policy.Name));
        Tell(context, RateLimitHeaders.Tell(policy, 0, use.EndsIn));
        var detail = $"The {policy.Limit} requests that {whose} may send in {policy.Window.TotalSeconds} s are used up.";
        return Problem.TooManyRequests(policy.Name, detail, use.EndsIn).ExecuteAsync(context);
    }

    /// <summary>When the answer starts: the exception handler throws away what was set before.</summary>
    private void Tell(HttpContext context, string left) => context.Response.OnStarting(static state =>
    {
        var (headers, policies, left) = ((IHeaderDictionary, string, string))state;
        headers[RateLimitHeaders.Policy] = policies;
        headers[RateLimitHeaders.Limit] = left;
        return Task.CompletedTask;
    }, (context.Response.Headers, _policies, left));
}
