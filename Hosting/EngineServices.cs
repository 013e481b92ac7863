using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Health;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Output;
using Aspire.Hosting.Publishing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>The services of the embedded engine.</summary>
internal static class EngineServices
{
    // The host gives up after this long; the orchestrator is done before.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    public static void Add(DistributedApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(builder.ExecutionContext);
        services.AddSingleton(_ => new DistributedApplicationModel(builder.Resources));
        services.AddSingleton(s => new ResourceLoggerService(s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new ResourceNotificationService(
            s.GetRequiredService<DistributedApplicationModel>(), s, s.GetRequiredService<ResourceLoggerService>()));
        services.AddSingleton(s => new ResourceCommandService(
            s.GetRequiredService<ResourceNotificationService>(),
            s.GetRequiredService<ResourceLoggerService>(),
            s.GetRequiredService<DistributedApplicationModel>(),
            s));
        services.AddHealthChecks();
        services.Configure<HostOptions>(o => o.ShutdownTimeout = ShutdownTimeout);
        services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
        AddLogging(builder);
        if (builder.ExecutionContext.IsPublishMode)
            services.AddSingleton<Publisher>();
        else
            AddOrchestration(builder);
    }

    private static void AddOrchestration(DistributedApplicationBuilder builder)
    {
        var services = builder.Services;
        // When it is first asked for, because a test changes the configuration before it builds.
        services.AddSingleton(_ => LocalRunOptions.From(builder));
        services.AddSingleton<LocalRun>();
        var ports = new FreePorts();
        // Made by a delegate, because what is given as an instance is not disposed.
        services.AddSingleton(_ => ports);
        services.AddSingleton<EndpointAllocation>();
        services.AddSingleton<RunSettings>();
        services.AddSingleton<ProcessLauncher>();
        services.AddSingleton<DependencyWaiter>();
        services.AddSingleton<HealthMonitor>();
        services.AddSingleton<ResourceRunnerFactory>();
        services.AddSingleton<Orchestrator>();
        if (!LocalRunOptions.IsQuiet(builder))
        {
            services.AddSingleton(s => new ConsoleLog(
                s.GetRequiredService<DistributedApplicationModel>(), s.GetRequiredService<ResourceLoggerService>(), Console.Out, ConsoleLog.IsTerminal));
            services.AddHostedService<StartReport>();
        }

        // Before the orchestrator, so it is stopped after it: a service whose telemetry has nowhere to go takes seconds to end.
        if (!LocalRunOptions.IsQuiet(builder) && builder.Environment.IsDevelopment() && !builder.Options.DisableDashboard)
            services.AddDashboard(builder.Options.DashboardApplicationName ?? builder.Environment.ApplicationName, builder.Configuration, ports);
        services.AddHostedService(s => s.GetRequiredService<Orchestrator>());
    }

    private static void AddLogging(DistributedApplicationBuilder builder)
    {
        builder.Services.AddLogging(logging =>
        {
            logging.ClearProviders();
            logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
            logging.AddFilter("Microsoft", LogLevel.Warning);
            logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
            if (!LocalRunOptions.IsQuiet(builder))
                logging.AddProvider(new ConsoleLoggerProvider());
        });
    }
}
