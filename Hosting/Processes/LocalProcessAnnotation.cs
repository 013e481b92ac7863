using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Processes;

/// <summary>How the embedded engine runs a resource: asked before each start of a process.</summary>
internal sealed class LocalProcessAnnotation(Func<LocalProcessContext, CancellationToken, Task<ProcessSpec>> specify) : IResourceAnnotation
{
    public Func<LocalProcessContext, CancellationToken, Task<ProcessSpec>> Specify { get; } = specify;
}

/// <summary>What a process is started with: the values of the resource's variables and arguments.</summary>
internal sealed record LocalProcessContext(
    ResourceInstance Instance,
    IReadOnlyDictionary<string, string?> Environment,
    IReadOnlyList<string> Arguments,
    IServiceProvider Services);

internal static class LocalProcessResourceBuilderExtensions
{
    public static IResourceBuilder<T> WithLocalProcess<T>(
        this IResourceBuilder<T> builder, Func<LocalProcessContext, CancellationToken, Task<ProcessSpec>> specify)
        where T : IResource => builder.WithAnnotation(new LocalProcessAnnotation(specify), ResourceAnnotationMutationBehavior.Replace);
}
