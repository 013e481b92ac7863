using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Tells what is known of the resources, now and from now on.</summary>
public class ResourceNotificationService : IDisposable
{
    // Nobody waits for ever: a resource that is not there after this long will not come without help.
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly DistributedApplicationModel _model;
    private readonly IServiceProvider _services;
    private readonly StartDiagnosis _diagnosis;

    internal ResourceNotificationService(DistributedApplicationModel model, IServiceProvider services, ResourceLoggerService loggers)
    {
        _model = model;
        _services = services;
        _diagnosis = new StartDiagnosis(this, loggers);
    }

    /// <summary>Changes what is known of all processes of a resource.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        foreach (var instance in resource.Instances())
            Publish(resource, instance.Id, stateFactory);
        return Task.CompletedTask;
    }

    /// <summary>Changes what is known of one process of a resource.</summary>
    public Task PublishUpdateAsync(
        IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        Publish(resource, resourceId, stateFactory);
        return Task.CompletedTask;
    }

    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_gate)
            return _current.TryGetValue(resourceId, out resourceEvent);
    }

    /// <summary>What is known now of every resource, then every change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_gate)
        {
            foreach (var known in _current.Values)
                channel.Writer.TryWrite(known);
            _watchers.Add(channel);
        }

        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(channel);
        }
    }

    /// <param name="targetState">Default: <see cref="KnownResourceStates.Running"/>.</param>
    /// <exception cref="DistributedApplicationException">Not reached; the message tells what is not healthy and its last lines.</exception>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <inheritdoc cref="WaitForResourceAsync(string, string?, CancellationToken)"/>
    /// <returns>The state that was reached.</returns>
    public async Task<string> WaitForResourceAsync(
        string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var targets = targetStates.ToImmutableHashSet(StringComparer.OrdinalIgnoreCase);
        var reached = await WaitAsync(
            resourceName, $"in the state {string.Join(" or ", targets)}", e => targets.Contains(e.Snapshot.State?.Text ?? ""), _ => false, cancellationToken);
        return reached.Snapshot.State!.Text;
    }

    /// <inheritdoc cref="WaitForResourceAsync(string, string?, CancellationToken)"/>
    public Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default) =>
        WaitAsync(resourceName, "as expected", predicate, _ => false, cancellationToken);

    /// <summary>Waits until the resource runs and is healthy; fails when it ended.</summary>
    /// <inheritdoc cref="WaitForResourceAsync(string, string?, CancellationToken)"/>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, WaitBehavior.StopOnResourceUnavailable, cancellationToken);

    /// <inheritdoc cref="WaitForResourceHealthyAsync(string, CancellationToken)"/>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(
        string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default) => WaitAsync(
            resourceName,
            "healthy",
            e => e.Snapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy,
            e => waitBehavior == WaitBehavior.StopOnResourceUnavailable && KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text ?? ""),
            cancellationToken);

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
        }

        GC.SuppressFinalize(this);
    }

    internal IReadOnlyList<ResourceEvent> Current()
    {
        lock (_gate)
            return [.. _current.Values];
    }

    private async Task<ResourceEvent> WaitAsync(
        string resourceName, string goal, Func<ResourceEvent, bool> reached, Func<ResourceEvent, bool> lost, CancellationToken cancellationToken)
    {
        ThrowIfUnknown(resourceName);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(DefaultTimeout);
        try
        {
            await foreach (var change in WatchAsync(deadline.Token))
            {
                if (!Concerns(change, resourceName))
                    continue;
                if (reached(change))
                    return change;
                if (lost(change))
                    throw new DistributedApplicationException(_diagnosis.Describe($"The resource '{resourceName}' does not become {goal}."));
            }
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(
                _diagnosis.Describe($"The wait for '{resourceName}' to be {goal} was cancelled."), e, cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            throw new DistributedApplicationException(
                _diagnosis.Describe($"The resource '{resourceName}' was not {goal} after {DefaultTimeout.TotalSeconds:0} s."), e);
        }

        throw new DistributedApplicationException(_diagnosis.Describe($"The application ended before '{resourceName}' was {goal}."));
    }

    private static bool Concerns(ResourceEvent change, string name) =>
        string.Equals(change.Resource.Name, name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(change.ResourceId, name, StringComparison.OrdinalIgnoreCase);

    private void ThrowIfUnknown(string name)
    {
        if (!_model.Resources.TryGetByName(name, out _) && !TryGetCurrentState(name, out _))
            throw new DistributedApplicationException(
                $"There is no resource '{name}'; there are: {string.Join(", ", _model.Resources.Select(r => r.Name))}.");
    }

    private void Publish(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        lock (_gate)
        {
            var before = _current.TryGetValue(resourceId, out var known) ? known.Snapshot : ResourceSnapshots.Initial(resource);
            var after = change(before);
            after = after with { Commands = ResourceSnapshots.Commands(resource, after, _services) };
            var published = _current[resourceId] = new ResourceEvent(resource, resourceId, after);
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(published);
        }
    }
}
