using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Projects;
using Aspire.Hosting.Tools;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Adds the dashboard to an application that people run.</summary>
internal static class DashboardServices
{
    public static void AddDashboard(this IServiceCollection services, string applicationName, IConfigurationManager configuration, FreePorts ports)
    {
        // A second run on this machine finds the usual ports taken; its dashboard is as good on others.
        var options = DashboardOptions.Create(applicationName, configuration, ports.Prefer);

        // Whoever has a receiver of their own keeps it; the dashboard then shows resources only.
        if (configuration[TelemetryReceiver.EndpointKey] is not { Length: > 0 })
        {
            configuration[TelemetryReceiver.EndpointKey] = options.OtlpGrpcUrl;
            configuration[TelemetryReceiver.ApiKeyKey] = options.OtlpApiKey;
        }

        services.AddHostedService(provider => new DashboardServer(
            options, provider.GetRequiredService<LocalRun>(), provider, UserCache.Default, provider.GetRequiredService<ILogger<DashboardServer>>()));
    }
}
