using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Starts it when the other one, and its parent, are healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency.Resource, WaitType.WaitUntilHealthy, waitBehavior: null);

    /// <inheritdoc cref="WaitFor{T}(IResourceBuilder{T}, IResourceBuilder{IResource})"/>
    public static IResourceBuilder<T> WaitFor<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => builder.Wait(dependency.Resource, WaitType.WaitUntilHealthy, waitBehavior);

    /// <summary>Starts it when the other one, and its parent, run, healthy or not.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency.Resource, WaitType.WaitUntilStarted, waitBehavior: null);

    /// <inheritdoc cref="WaitForStart{T}(IResourceBuilder{T}, IResourceBuilder{IResource})"/>
    public static IResourceBuilder<T> WaitForStart<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => builder.Wait(dependency.Resource, WaitType.WaitUntilStarted, waitBehavior);

    /// <summary>Starts it when the other one has ended with this exit code; another code keeps it from starting.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport
    {
        ThrowIfRelated(builder.Resource, dependency.Resource);
        return builder
            .WithRelationship(dependency.Resource, KnownRelationshipTypes.WaitFor)
            .WithAnnotation(new WaitAnnotation(dependency.Resource, WaitType.WaitForCompletion, exitCode));
    }

    private static IResourceBuilder<T> Wait<T>(this IResourceBuilder<T> builder, IResource dependency, WaitType type, WaitBehavior? waitBehavior)
        where T : IResourceWithWaitSupport
    {
        ThrowIfRelated(builder.Resource, dependency);
        builder.WithRelationship(dependency, KnownRelationshipTypes.WaitFor);
        for (var current = dependency; current is not null; current = (current as IResourceWithParent)?.Parent)
            builder.WithAnnotation(new WaitAnnotation(current, type) { WaitBehavior = waitBehavior });
        return builder;
    }

    private static void ThrowIfRelated(IResource resource, IResource dependency)
    {
        if (ReferenceEquals(resource, dependency))
            throw new DistributedApplicationException($"The resource '{resource.Name}' can't wait for itself.");
        if (resource is IResourceWithParent { Parent: var parent } && ReferenceEquals(parent, dependency))
            throw new DistributedApplicationException($"The resource '{resource.Name}' can't wait for its parent '{dependency.Name}'.");
    }
}
