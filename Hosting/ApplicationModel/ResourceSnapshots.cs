using System.Collections.Immutable;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What the model alone says of a resource.</summary>
internal static class ResourceSnapshots
{
    public static CustomResourceSnapshot Initial(IResource resource)
    {
        var snapshot = resource.Last<ResourceSnapshotAnnotation>()?.InitialSnapshot
            ?? new CustomResourceSnapshot { ResourceType = resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal), Properties = [] };
        return snapshot with
        {
            State = snapshot.State ?? KnownResourceStates.NotStarted,
            Relationships = [.. snapshot.Relationships, .. Relationships(resource)],
            HealthReports = [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(h => new HealthReportSnapshot(h.Key, null, null, null))],
            Volumes = [.. resource.Annotations.OfType<ContainerMountAnnotation>().Select(m => new VolumeSnapshot(
                m.Source ?? resource.Name, m.Target, m.Type.ToString(), m.IsReadOnly))],
        };
    }

    public static ImmutableArray<ResourceCommandSnapshot> Commands(IResource resource, CustomResourceSnapshot snapshot, IServiceProvider services)
    {
        var context = new UpdateCommandStateContext { ResourceSnapshot = snapshot, ServiceProvider = services };
        return [.. resource.Annotations.OfType<ResourceCommandAnnotation>().Select(c => c.ToSnapshot(c.UpdateState(context)))];
    }

    private static IEnumerable<RelationshipSnapshot> Relationships(IResource resource)
    {
        if (resource is IResourceWithParent { Parent: var parent })
            yield return new RelationshipSnapshot(parent.Name, KnownRelationshipTypes.Parent);
        foreach (var relationship in resource.Annotations.OfType<ResourceRelationshipAnnotation>())
            yield return new RelationshipSnapshot(relationship.Resource.Name, relationship.Type);
    }
}
