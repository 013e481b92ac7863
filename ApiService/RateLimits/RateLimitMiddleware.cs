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
    public const string PolicyField = "RateLimit-Policy";
    public const string LimitField = "RateLimit";

    private readonly RequestDelegate _next;
    private readonly Quotas _quotas;
    private readonly string _policies;
    private readonly Counter<long> _refused;

    public RateLimitMiddleware(RequestDelegate next, Quotas quotas, IMeterFactory meters)
    {
        (_next, _quotas) = (next, quotas);
        _policies = $"{Describe(quotas.KeyPolicy)}, {Describe(quotas.TenantPolicy)}";
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

        var headers = context.Response.Headers;
        headers[PolicyField] = _policies;
        headers[LimitField] = $"\"key\";r={keyUse.Left};t={Seconds(keyUse.EndsIn)}, \"tenant\";r={tenantUse.Left};t={Seconds(tenantUse.EndsIn)}";
        return _next(context);
    }

    private Task RefuseKeyAsync(HttpContext context, QuotaUse use) => RefuseAsync(context, _quotas.KeyPolicy, "this API key", use);

    private Task RefuseAsync(HttpContext context, QuotaPolicy policy, string whose, QuotaUse use)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("policy", policy.Name));
        context.Response.Headers[PolicyField] = _policies;
        context.Response.Headers[LimitField] = $"\"{policy.Name}\";r=0;t={Seconds(use.EndsIn)}";
        var detail = $"The {policy.Limit} requests that {whose} may send in {policy.Window.TotalSeconds} s are used up.";
        return Problem.TooManyRequests(policy.Name, detail, TimeSpan.FromSeconds(Seconds(use.EndsIn))).ExecuteAsync(context);
    }

    private static string Describe(QuotaPolicy policy) => $"\"{policy.Name}\";q={policy.Limit};w={policy.Window.TotalSeconds}";

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
