using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>One process of a resource. The dashboard finds telemetry by id = <c>service.name-service.instance.id</c>.</summary>
internal sealed record ResourceInstance(IResource Resource, int Index, string Suffix)
{
    private const int SuffixLength = 8;
    private const string SuffixLetters = "abcdefghijkmnpqrstuvwxyz";

    public string Id => Suffix.Length == 0 ? Resource.Name : $"{Resource.Name}-{Suffix}";

    public static ResourceInstance Create(IResource resource, int index) => new(
        resource, index, resource is IComputeResource ? RandomNumberGenerator.GetString(SuffixLetters, SuffixLength) : "");
}

/// <summary>The instances of a resource, made when they are first asked for and kept over restarts.</summary>
internal sealed class ResourceInstancesAnnotation : IResourceAnnotation
{
    private readonly List<ResourceInstance> _instances = [];

    public IReadOnlyList<ResourceInstance> Get(IResource resource)
    {
        lock (_instances)
        {
            while (_instances.Count < resource.GetReplicaCount())
                _instances.Add(ResourceInstance.Create(resource, _instances.Count));
            return [.. _instances.Take(resource.GetReplicaCount())];
        }
    }
}

internal static class ResourceInstances
{
    private static readonly Lock Gate = new();

    public static IReadOnlyList<ResourceInstance> Instances(this IResource resource)
    {
        lock (Gate)
        {
            var annotation = resource.Last<ResourceInstancesAnnotation>();
            if (annotation is null)
                resource.Annotations.Add(annotation = new ResourceInstancesAnnotation());
            return annotation.Get(resource);
        }
    }
}
