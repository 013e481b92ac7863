namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known of one process of a resource after something changed.</summary>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    public IResource Resource { get; } = resource;

    /// <summary>The id of the process: unique among all replicas of all resources.</summary>
    public string ResourceId { get; } = resourceId;

    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}
