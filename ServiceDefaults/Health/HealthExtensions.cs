using CloudNative.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace CloudNative.ServiceDefaults.Health;

internal static class HealthExtensions
{
    /// <summary>A check that takes longer fails: a probe that hangs tells nobody anything.</summary>
    public static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(5);

    public static void AddDefaultHealthChecks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [HealthTags.Live]);
        builder.Services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Timeout == Timeout.InfiniteTimeSpan))
                check.Timeout = CheckTimeout;
        });
    }

    public static void MapHealthEndpoints(this WebApplication app)
    {
        MapProbe(app, ProbePaths.Alive, check => check.Tags.Contains(HealthTags.Live));
        MapProbe(app, ProbePaths.Health, _ => true);
    }

    private static void MapProbe(WebApplication app, string path, Func<HealthCheckRegistration, bool> predicate)
    {
        var options = new HealthCheckOptions { Predicate = predicate };
        if (app.Environment.IsDevelopment())
            options.ResponseWriter = HealthDetails.WriteAsync;

        app.MapHealthChecks(path, options).DisableHttpMetrics().AllowAnonymous();
    }
}
