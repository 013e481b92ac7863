using Aspire.Hosting.Publishing.Manifests.Custom;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>Tells the Prometheus operator where a workload's metrics are.</summary>
internal static class ServiceMonitorManifest
{
    // Some alerts look at five minutes: ten points then, one of which may be missed.
    private const string Interval = "30s";

    public static ServiceMonitor Create(Workload workload, HttpCheck metrics, PublishTarget target) => new()
    {
        Metadata = new V1ObjectMeta { Name = workload.Name, Labels = Labels.Of(workload, target) },
        Spec = new ServiceMonitorSpec
        {
            Selector = new V1LabelSelector { MatchLabels = Labels.Selector(workload) },
            Endpoints = [new ServiceMonitorEndpoint { Port = metrics.PortName, Path = metrics.Path, Interval = Interval }],
        },
    };
}
