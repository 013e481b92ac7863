using Aspire.Hosting.Publishing.Components;
using Aspire.Hosting.Publishing.Kustomize;

namespace Aspire.Hosting.Publishing.Overlays;

/// <summary>Three replicas, one in each zone; data servers are run by operators.</summary>
internal static class ProductionOverlay
{
    private const int Replicas = 3;

    public static Overlay Create(PublishedSystem system) => new("production", ["operators", "keda", "tls", "otel", "backup", SignInComponent.Name])
    {
        Patches =
        [
            .. system.Services.Where(workload => !workload.IsSingle).SelectMany(workload => new[]
            {
                Patch.Replace("HorizontalPodAutoscaler", workload.Name, "/spec/minReplicas", Math.Max(Replicas, workload.Replicas ?? 0)),
                // The base only prefers it. The nodes of a zone that is gone are tainted, and then no longer counted.
                Patch.Replace("Deployment", workload.Name, "/spec/template/spec/topologySpreadConstraints/0/whenUnsatisfiable", "DoNotSchedule"),
            }),
        ],
    };
}
