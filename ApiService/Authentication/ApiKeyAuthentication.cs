using Microsoft.AspNetCore.Authentication;

namespace CloudNative.ApiService.Authentication;

internal static class ApiKeyAuthentication
{
    public static IServiceCollection AddApiKeyAuthentication(this IServiceCollection services)
    {
        services.AddApiKeyCache();
        // FusionCache tells of every single call at Information.
        services.AddLogging(logging => logging.AddFilter("ZiggyCreatures.Caching.Fusion", LogLevel.Warning));
        services.AddSingleton<ApiKeyLookup>();
        const string scheme = ApiKeyAuthenticationHandler.SchemeName;
        services.AddAuthentication(scheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(scheme, configureOptions: null);
        services.AddAuthorization();
        return services;
    }
}
