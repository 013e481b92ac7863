using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Kubernetes;

/// <summary>A Kubernetes cluster that the application is published for.</summary>
public sealed class KubernetesEnvironmentResource(string name) : Resource(name), IComputeEnvironmentResource
{
    /// <summary>When nodes fetch images. Default: <c>IfNotPresent</c>.</summary>
    public string DefaultImagePullPolicy { get; set; } = "IfNotPresent";

    /// <summary>The type of services. Default: <c>ClusterIP</c>.</summary>
    public string DefaultServiceType { get; set; } = "ClusterIP";

    /// <summary>The kind of volumes. Default: <c>emptyDir</c>.</summary>
    public string DefaultStorageType { get; set; } = "emptyDir";

    /// <summary>The storage class of claims; null means the cluster's default.</summary>
    public string? DefaultStorageClassName { get; set; }

    /// <summary>The size of claims, as a Kubernetes quantity. Default: <c>1Gi</c>.</summary>
    public string DefaultStorageSize { get; set; } = "1Gi";
}
