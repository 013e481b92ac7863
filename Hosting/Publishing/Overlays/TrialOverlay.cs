using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests.Custom;

namespace Aspire.Hosting.Publishing.Overlays;

/// <summary>One node, nothing installed beforehand, data servers inside. Reached with <c>kubectl port-forward</c>.</summary>
internal static class TrialOverlay
{
    public static Overlay Create(PublishedSystem system) => new("trial", ["data-services"])
    {
        Patches =
        [
            .. system.Services.Where(workload => !workload.IsSingle)
                .Select(workload => Patch.Replace("HorizontalPodAutoscaler", workload.Name, "/spec/minReplicas", 1)),
            // A cluster without the Gateway API and the Prometheus operator knows neither kind.
            .. system.External.Any() ? [Patch.Delete("gateway.networking.k8s.io/v1", HttpRoute.KindName)] : Array.Empty<Patch>(),
            .. system.Services.Any(workload => workload.Metrics is not null) ? [Patch.Delete("monitoring.coreos.com/v1", ServiceMonitor.KindName)] : Array.Empty<Patch>(),
        ],
    };
}
