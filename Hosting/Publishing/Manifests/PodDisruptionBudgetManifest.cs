using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>Nodes are drained one pod at a time. Not a least number of pods: with a single one no node could be drained.</summary>
internal static class PodDisruptionBudgetManifest
{
    public static V1PodDisruptionBudget Create(Workload workload, PublishTarget target) => new()
    {
        ApiVersion = "policy/v1",
        Kind = "PodDisruptionBudget",
        Metadata = new V1ObjectMeta { Name = workload.Name, Labels = Labels.Of(workload, target) },
        Spec = new V1PodDisruptionBudgetSpec
        {
            MaxUnavailable = 1,
            Selector = new V1LabelSelector { MatchLabels = Labels.Selector(workload) },
            // A pod that is not ready anyway must not keep a node from being drained.
            UnhealthyPodEvictionPolicy = "AlwaysAllow",
        },
    };
}
