using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>Where the pods of a workload go: over zones first, then over nodes. A preference, which an overlay can make a rule.</summary>
internal static class Spread
{
    public static IList<V1TopologySpreadConstraint> Of(Workload workload) =>
        [Over("topology.kubernetes.io/zone", workload), Over("kubernetes.io/hostname", workload)];

    private static V1TopologySpreadConstraint Over(string topology, Workload workload) => new()
    {
        TopologyKey = topology,
        MaxSkew = 1,
        WhenUnsatisfiable = "ScheduleAnyway",
        LabelSelector = new V1LabelSelector { MatchLabels = Labels.Selector(workload) },
        // The new pods of a rollout are spread among themselves, whatever the old ones do.
        MatchLabelKeys = ["pod-template-hash"],
        NodeTaintsPolicy = "Honor",
    };
}
