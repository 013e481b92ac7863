using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The log lines of the resources.</summary>
public class ResourceLoggerService : IDisposable
{
    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _clock;

    internal ResourceLoggerService(TimeProvider clock) => _clock = clock;

    /// <summary>Writes into the logs of all processes of a resource.</summary>
    public ILogger GetLogger(IResource resource) => new ResourceLogger([.. resource.Instances().Select(i => Log(i.Id))]);

    /// <param name="resourceName">The id of one process.</param>
    public ILogger GetLogger(string resourceName) => new ResourceLogger([Log(resourceName)]);

    /// <summary>The last lines of a resource's processes, then every new one until the application ends.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) =>
        WatchAsync([.. resource.Instances().Select(i => Log(i.Id))], CancellationToken.None);

    /// <param name="resourceName">The id of one process.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => WatchAsync([Log(resourceName)], CancellationToken.None);

    /// <summary>The lines kept of a resource's processes.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource)
    {
        foreach (var instance in resource.Instances())
            yield return await Task.FromResult(Log(instance.Id).Backlog());
    }

    /// <param name="resourceName">The id of one process.</param>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName)
    {
        yield return await Task.FromResult(Log(resourceName).Backlog());
    }

    public void Complete(IResource resource)
    {
        foreach (var instance in resource.Instances())
            Complete(instance.Id);
    }

    public void Complete(string name) => Log(name).Complete();

    public void ClearBacklog(string resourceName) => Log(resourceName).Clear();

    public void Dispose()
    {
        foreach (var log in _logs.Values)
            log.Complete();
        GC.SuppressFinalize(this);
    }

    internal ResourceLog Log(string resourceId) => _logs.GetOrAdd(resourceId, id => new ResourceLog(id, _clock));

    /// <summary>The last lines of one process, without their times.</summary>
    internal IEnumerable<string> LastLines(string resourceId, int count) =>
        Log(resourceId).Backlog().TakeLast(count).Select(l => l.Content[(l.Content.IndexOf(' ', StringComparison.Ordinal) + 1)..]);

    private static async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(
        IReadOnlyList<ResourceLog> logs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var merged = Channel.CreateUnbounded<IReadOnlyList<LogLine>>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var forwarding = Task.WhenAll(logs.Select(log => ForwardAsync(log, merged.Writer, ended.Token)))
            .ContinueWith(_ => merged.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await foreach (var lines in merged.Reader.ReadAllAsync(cancellationToken))
                yield return lines;
        }
        finally
        {
            await ended.CancelAsync();
            await forwarding;
        }
    }

    private static async Task ForwardAsync(ResourceLog log, ChannelWriter<IReadOnlyList<LogLine>> writer, CancellationToken cancellationToken)
    {
        var channel = log.Subscribe();
        try
        {
            await foreach (var lines in channel.Reader.ReadAllAsync(cancellationToken))
                await writer.WriteAsync(lines, cancellationToken);
        }
        finally
        {
            log.Unsubscribe(channel);
        }
    }
}
