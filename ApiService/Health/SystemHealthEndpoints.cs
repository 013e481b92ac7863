using CloudNative.ApiService.Authentication;
using CloudNative.Metering.ApiKeys;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudNative.ApiService.Health;

internal static class SystemHealthEndpoints
{
    public static IServiceCollection AddSystemHealth(this IServiceCollection services)
    {
        services.AddSingleton<SystemHealth>();
        // While one of them is away the API still does half of its work, and every replica is in the same position: none may leave the
        // service for it. Ingest answers 204 without PostgreSQL, queries answer without Kafka, and the other half says 503.
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Name is SystemHealth.PostgresCheck or SystemHealth.KafkaCheck))
                check.FailureStatus = HealthStatus.Degraded;
        });
#pragma warning disable EXTEXP0001 // The only way to leave the standard resilience out.
        // A probe is not repeated: what it wants to know is whether the first try works.
        services.AddHttpClient(SystemHealth.IngestClient, client => client.BaseAddress = new Uri("https+http://ingest"))
            .RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        return services;
    }

    public static void MapSystemHealth(this RouteGroupBuilder api) =>
        api.MapGet("/system/health", GetAsync).WithName("GetSystemHealth").WithTags("System").RequireScope(ApiScope.SystemRead);

    /// <summary>How the whole system is</summary>
    /// <remarks>Answers within about a second, with 200 whatever the state.</remarks>
    internal static async Task<Ok<SystemHealthResponse>> GetAsync(SystemHealth health, CancellationToken cancellationToken) =>
        TypedResults.Ok(await health.AskAsync(cancellationToken));
}
