using Aspire.Hosting.Testing;

namespace CloudNative.Bench.Servers;

/// <summary>The embedded engine, as the AppHost uses it: its watchdog ends every process, however this program ends.</summary>
internal static class Engine
{
    private const string ProcessIdProperty = "executable.pid";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Production, so that services run with the settings that they are deployed with.</summary>
    public static IDistributedApplicationTestingBuilder CreateBuilder() => DistributedApplicationTestingBuilder.Create("--environment=Production");

    /// <summary>Starts the resource, and waits for it and whatever else the application has.</summary>
    public static async Task<DistributedApplication> StartAsync(IDistributedApplicationTestingBuilder builder, CancellationToken cancellationToken)
    {
        var application = await builder.BuildAsync(cancellationToken);
        await application.StartAsync(cancellationToken);
        return application;
    }

    /// <summary>The id of the resource's process, once it is healthy.</summary>
    public static async Task<int> HealthyProcessAsync(this DistributedApplication application, string resource, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartTimeout);
        var healthy = await application.ResourceNotifications.WaitForResourceHealthyAsync(resource, deadline.Token);
        return ProcessId(healthy) ?? throw new DistributedApplicationException($"'{resource}' has no process.");
    }

    public static int? ProcessId(ResourceEvent resource) =>
        (int?)resource.Snapshot.Properties.FirstOrDefault(property => property.Name == ProcessIdProperty)?.Value;

    public static async Task<string> ConnectionStringAsync(this DistributedApplication application, string resource, CancellationToken cancellationToken) =>
        await application.GetConnectionStringAsync(resource, cancellationToken)
        ?? throw new DistributedApplicationException($"'{resource}' has no connection string.");
}
