using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>The server that a resource runs as in this run; null before its first start.</summary>
internal sealed class LocalServerAnnotation<TServer> : IResourceAnnotation, IAsyncDisposable
    where TServer : class, ILocalServer
{
    private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TServer? _current;

    public TServer Current => _current ?? throw new InvalidOperationException("The server was not started yet.");

    /// <summary>Each start has its own server; what the one before still holds is let go.</summary>
    public async Task ReplaceAsync(TServer server)
    {
        await DisposeAsync();
        _current = server;
        _created.TrySetResult();
    }

    public ValueTask DisposeAsync() => _current is IAsyncDisposable server ? server.DisposeAsync() : ValueTask.CompletedTask;

    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        await _created.Task.WaitAsync(cancellationToken);
        await Current.ReadyAsync(cancellationToken);
    }
}

internal static class LocalServerResourceBuilderExtensions
{
    /// <summary>The embedded engine runs the resource as this server, and it is healthy when the server answers in its own protocol.</summary>
    public static IResourceBuilder<T> WithLocalServer<T, TServer>(
        this IResourceBuilder<T> builder, Func<LocalProcessContext, CancellationToken, Task<TServer>> create)
        where T : ContainerResource
        where TServer : class, ILocalServer
    {
        var server = new LocalServerAnnotation<TServer>();
        return builder
            .WithAnnotation(server)
            .WithAnnotation(new ServerProbeAnnotation($"{builder.Resource.Name}_check", server.ReadyAsync))
            .WithLocalProcess(async (context, cancellationToken) =>
            {
                await server.ReplaceAsync(await create(context, cancellationToken));
                return await server.Current.PrepareAsync(cancellationToken);
            });
    }

    /// <summary>The port on which the embedded engine has the server listen.</summary>
    public static async Task<int> PortAsync(this EndpointReference endpoint, CancellationToken cancellationToken) =>
        (await endpoint.EndpointAnnotation.WhenAllocated.WaitAsync(cancellationToken)).Port;

    /// <summary>Where the data of a resource outlives the run; null when it does not.</summary>
    public static string? DataFolder(this IResource resource, Orchestration.LocalRun run) =>
        resource.Last<ContainerMountAnnotation>() switch
        {
            { Type: ContainerMountType.BindMount, Source: { } folder } => folder,
            { } volume => run.DataFolder(volume.Source ?? resource.Name),
            null => null,
        };
}
