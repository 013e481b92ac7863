using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts all resources at once, each as soon as what it waits for is there, and stops them in the opposite order.</summary>
internal sealed partial class Orchestrator(
    DistributedApplicationModel model,
    ResourceRunnerFactory factory,
    EndpointAllocation endpoints,
    LocalRun run,
    ResourceLoggerService loggers,
    ILogger<Orchestrator> logger) : IHostedService
{
    // The whole stop takes less than the ten seconds that a terminal's user waits.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(8);

    private readonly Dictionary<string, ResourceRunner> _runners = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();
    private Task? _stop;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        run.Begin();
        endpoints.Allocate(model);
        foreach (var resource in model.Resources.Where(r => r.HasAnnotationOfType<NoteAnnotation>()))
            LogNote(resource.Name, resource.Last<NoteAnnotation>()!.Text);
        foreach (var instance in model.Resources.SelectMany(r => r.Instances()))
            _runners.Add(instance.Id, await factory.CreateAsync(instance));
        foreach (var runner in _runners.Values.Where(r => !r.Instance.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>()))
            runner.Start();
    }

    public Task StopAsync(CancellationToken cancellationToken) => StopAllAsync();

    /// <summary>Stops every resource once, whoever asks.</summary>
    public Task StopAllAsync()
    {
        lock (_gate)
            return _stop ??= StopInOrderAsync();
    }

    /// <param name="resourceId">The id of one process.</param>
    public Task StartAsync(string resourceId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_stop is not null)
                throw new DistributedApplicationException("The application is being stopped.");
            Runner(resourceId).Start();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc cref="StartAsync(string, CancellationToken)"/>
    public Task StopAsync(string resourceId, CancellationToken cancellationToken) => Runner(resourceId).StopAsync(cancellationToken);

    /// <inheritdoc cref="StartAsync(string, CancellationToken)"/>
    public async Task RestartAsync(string resourceId, CancellationToken cancellationToken)
    {
        await StopAsync(resourceId, cancellationToken);
        await StartAsync(resourceId, cancellationToken);
    }

    private ResourceRunner Runner(string resourceId) => _runners.TryGetValue(resourceId, out var runner)
        ? runner
        : throw new DistributedApplicationException($"There is no process '{resourceId}'.");

    private async Task StopInOrderAsync()
    {
        using var deadline = new CancellationTokenSource(StopTimeout);
        var stops = new Dictionary<IResource, Task>();
        foreach (var resource in model.Resources)
            _ = Stop(resource, stops, deadline.Token);
        await Task.WhenAll(stops.Values);
        foreach (var resource in model.Resources)
            loggers.Complete(resource);
        foreach (var owner in model.Resources.SelectMany(r => r.Annotations).OfType<IAsyncDisposable>())
            await owner.DisposeAsync();
        foreach (var runner in _runners.Values)
            runner.Dispose();
    }

    // Whoever waits for a resource at the start, or refers to a server, still uses it at the end, so it is stopped before.
    private Task Stop(IResource resource, Dictionary<IResource, Task> stops, CancellationToken deadline)
    {
        if (stops.TryGetValue(resource, out var stopping))
            return stopping;
        // Where references go round in a circle, someone has to be the first.
        stops[resource] = Task.CompletedTask;
        var dependents = model.Resources.Where(r => WaitGraph.Uses(r, resource)).Select(r => Stop(r, stops, deadline));
        return stops[resource] = StopAfterAsync(Task.WhenAll([.. dependents]), resource, deadline);
    }

    private async Task StopAfterAsync(Task dependents, IResource resource, CancellationToken deadline)
    {
        await dependents;
        await Task.WhenAll(_runners.Values.Where(r => r.Instance.Resource == resource).Select(r => r.StopAsync(deadline)));
    }

    [LoggerMessage(LogLevel.Information, "{Resource}: {Note}")]
    private partial void LogNote(string resource, string note);
}
