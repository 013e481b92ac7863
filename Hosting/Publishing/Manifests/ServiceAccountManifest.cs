using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>An identity of its own for each workload, without a token: none of them talks to the API server.</summary>
internal static class ServiceAccountManifest
{
    public static V1ServiceAccount Create(Workload workload, PublishTarget target) => new()
    {
        ApiVersion = "v1",
        Kind = "ServiceAccount",
        Metadata = new V1ObjectMeta { Name = workload.Name, Labels = Labels.Of(workload, target) },
        AutomountServiceAccountToken = false,
    };
}
