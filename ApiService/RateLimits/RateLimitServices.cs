using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.RateLimits;

internal static class RateLimitServices
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<QuotaStore>();
        services.AddSingleton<Quotas>();
        services.AddSingleton<GuessQuota>();
        return services;
    }

    /// <summary>After authentication, which says whose request it is, and before anything that costs much.</summary>
    public static void UseRateLimits(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<RateLimitOptions>>().Value.Enabled)
            app.UseMiddleware<RateLimitMiddleware>();
    }
}
