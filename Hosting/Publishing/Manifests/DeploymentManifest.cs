using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>A workload that runs until it is replaced, without a moment in which no pod is ready.</summary>
internal static class DeploymentManifest
{
    private const int RevisionsKept = 5;

    public static V1Deployment Create(Workload workload, PublishedSystem system) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "Deployment",
        Metadata = new V1ObjectMeta { Name = workload.Name, Labels = Labels.OfRelease(workload, system.Target) },
        Spec = new V1DeploymentSpec
        {
            // Null where the autoscaler decides: a number here would undo its work at every apply.
            Replicas = workload.IsSingle ? 1 : null,
            RevisionHistoryLimit = RevisionsKept,
            Selector = new V1LabelSelector { MatchLabels = Labels.Selector(workload) },
            Strategy = new V1DeploymentStrategy
            {
                Type = "RollingUpdate",
                RollingUpdate = new V1RollingUpdateDeployment { MaxSurge = 1, MaxUnavailable = 0 },
            },
            Template = PodTemplate.Create(workload, system, restartPolicy: "Always"),
        },
    };
}
