using Microsoft.AspNetCore.Authentication;

namespace CloudNative.ApiService.Authentication;

internal static class ApiKeyAuthentication
{
    public static IServiceCollection AddApiKeyAuthentication(this IServiceCollection services)
    {
        services.AddApiKeyCache();
        // At Information FusionCache tells of every call, and the handler of every refused request: whoever guesses keys would fill the log.
        services.AddLogging(logging => logging
            .AddFilter("ZiggyCreatures.Caching.Fusion", LogLevel.Warning)
            .AddFilter(typeof(ApiKeyAuthenticationHandler).FullName, LogLevel.Warning));
        services.AddSingleton<ApiKeyChanges>();
        services.AddSingleton<ApiKeyLookup>();
        services.AddHostedService<ApiKeyChangeListener>();
        const string scheme = ApiKeyAuthenticationHandler.SchemeName;
        services.AddAuthentication(scheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(scheme, configureOptions: null);
        services.AddAuthorization();
        return services;
    }
}
