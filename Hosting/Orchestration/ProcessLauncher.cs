using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts the processes of resources.</summary>
internal sealed class ProcessLauncher(
    RunSettings settings,
    LocalRun run,
    ResourceLoggerService loggers,
    DistributedApplicationExecutionContext executionContext,
    IServiceProvider services)
{
    public static bool HasProcess(IResource resource) => resource.HasAnnotationOfType<LocalProcessAnnotation>();

    public async Task<LaunchedProcess> LaunchAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var variables = await settings.EnvironmentAsync(instance, cancellationToken);
        var arguments = await settings.ArgumentsAsync(instance, cancellationToken);
        PortCheck.ThrowIfTaken(instance);
        var context = new LocalProcessContext(instance, variables.ToDictionary(v => v.Name, v => v.Value), arguments, services);
        var spec = await instance.Resource.Last<LocalProcessAnnotation>()!.Specify(context, cancellationToken);
        var urls = await UrlsAsync(instance, cancellationToken);
        var values = await KnownValues.CollectAsync(instance.Resource, cancellationToken);
        var log = loggers.Log(instance.Id);
        var process = await run.StartAsync(spec, output => log.Write(output.Line, output.IsError));
        return new LaunchedProcess(process, spec, [.. variables], arguments, urls, values);
    }

    public Task<ImmutableArray<UrlSnapshot>> UrlsAsync(ResourceInstance instance, CancellationToken cancellationToken) =>
        ResourceUrls.CollectAsync(instance.Resource, executionContext, cancellationToken);
}
