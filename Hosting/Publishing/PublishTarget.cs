using Aspire.Hosting.Kubernetes;

namespace Aspire.Hosting.Publishing;

/// <summary>What the manifests have in common.</summary>
/// <param name="Namespace">The namespace, and the application that its resources are part of.</param>
/// <param name="ImagePullPolicy">When nodes fetch images.</param>
/// <param name="ServiceType">How services are reached.</param>
/// <param name="StorageClass">Of volume claims; null means the cluster's default.</param>
internal sealed record PublishTarget(string Namespace, string ImagePullPolicy, string ServiceType, string? StorageClass)
{
    public static PublishTarget Of(KubernetesEnvironmentResource environment) =>
        new(ClusterName.Of(environment), environment.DefaultImagePullPolicy, environment.DefaultServiceType, environment.DefaultStorageClassName);
}
