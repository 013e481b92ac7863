using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>What must be there before what.</summary>
internal static class WaitGraph
{
    /// <summary>Everything a resource waits for, its parent included.</summary>
    public static IReadOnlyList<WaitAnnotation> Waits(IResource resource)
    {
        var waits = resource.Annotations.OfType<WaitAnnotation>().DistinctBy(w => (w.Resource, w.WaitType));
        return resource is IResourceWithParent { Parent: var parent }
            ? [new WaitAnnotation(parent, WaitType.WaitUntilHealthy), .. waits]
            : [.. waits];
    }

    /// <summary>Whether a resource waits for another one, directly or through others.</summary>
    public static bool DependsOn(IResource resource, IResource other) =>
        Waits(resource).Any(w => w.Resource == other || DependsOn(w.Resource, other));

    /// <summary>Whether a resource needs another one while it runs: it waited for it, or it has the address of that server.</summary>
    public static bool Uses(IResource resource, IResource other) =>
        Waits(resource).Any(w => w.Resource == other)
        || (other is ContainerResource or IResourceWithParent && RefersTo(resource, other));

    /// <summary>Whether a resource is one that others wait for to end.</summary>
    public static bool RunsOnce(IResource resource, DistributedApplicationModel model) =>
        model.Resources.Any(r => Waits(r).Any(w => w.Resource == resource && w.WaitType == WaitType.WaitForCompletion));

    /// <exception cref="DistributedApplicationException">
    /// Resources wait for each other, or for one that is not there: the message names them.
    /// </exception>
    public static void Validate(IReadOnlyCollection<IResource> resources)
    {
        var missing = resources.SelectMany(Waits, (Waiting, Wait) => (Waiting, Wait)).FirstOrDefault(w => !resources.Contains(w.Wait.Resource));
        if (missing.Waiting is not null)
            throw new DistributedApplicationException(
                $"The resource '{missing.Waiting.Name}' waits for '{missing.Wait.Resource.Name}', which is not part of the application.");
        var done = new HashSet<IResource>();
        foreach (var resource in resources)
            Visit(resource, [], done);
    }

    private static bool RefersTo(IResource resource, IResource other) =>
        resource.Annotations.OfType<ResourceRelationshipAnnotation>().Any(r => r.Resource == other && r.Type == KnownRelationshipTypes.Reference);

    private static void Visit(IResource resource, List<IResource> path, HashSet<IResource> done)
    {
        if (path.IndexOf(resource) is var start and >= 0)
            throw new DistributedApplicationException(
                "Resources wait for each other, so none of them can start: "
                + string.Join(" -> ", path.Skip(start).Append(resource).Select(r => $"'{r.Name}'")));
        if (done.Contains(resource))
            return;
        path.Add(resource);
        foreach (var wait in Waits(resource))
            Visit(wait.Resource, path, done);
        path.RemoveAt(path.Count - 1);
        done.Add(resource);
    }
}
