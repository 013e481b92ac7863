using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Health;

internal static class SystemHealthEndpoints
{
    public static IServiceCollection AddSystemHealth(this IServiceCollection services)
    {
        services.AddSingleton<SystemHealth>();
#pragma warning disable EXTEXP0001 // The only way to leave the standard resilience out.
        // A probe is not repeated: what it wants to know is whether the first try works.
        services.AddHttpClient(SystemHealth.IngestClient, client => client.BaseAddress = new Uri("https+http://ingest"))
            .RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        return services;
    }

    public static void MapSystemHealth(this RouteGroupBuilder api) =>
        api.MapGet("/system/health", GetAsync).WithName("GetSystemHealth").WithTags("System");

    /// <summary>How the whole system is</summary>
    /// <remarks>Answers within about a second, with 200 whatever the state.</remarks>
    internal static async Task<Ok<SystemHealthResponse>> GetAsync(SystemHealth health, CancellationToken cancellationToken) =>
        TypedResults.Ok(await health.AskAsync(cancellationToken));
}
