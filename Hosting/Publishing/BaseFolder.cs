using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Manifests.Network;
using Aspire.Hosting.Publishing.Settings;

namespace Aspire.Hosting.Publishing;

/// <summary>The manifests of the workloads themselves, one folder each.</summary>
internal static class BaseFolder
{
    public const string Name = "base";

    public static IReadOnlyList<PublishedFile> Create(PublishedSystem system)
    {
        List<PublishedFile> files =
        [
            PublishedFile.Yaml("namespace.yaml", NamespaceManifest.Create(system.Target)),
            PublishedFile.Yaml("networkpolicy-default-deny.yaml", NetworkPolicyManifest.DenyAll(system.Target)),
            PublishedFile.Yaml("networkpolicy-allow-dns.yaml", NetworkPolicyManifest.AllowDns(system.Target)),
        ];
        foreach (var workload in system.Workloads)
            files.AddRange(Documents(workload, system).Select(document => PublishedFile.Yaml($"{workload.Name}/{document.Kind}.yaml", document.Body)));

        return
        [
            .. files,
            PublishedFile.Yaml(Kustomization.File, new Kustomization
            {
                Namespace = system.Target.Namespace,
                Resources = [.. files.Select(file => file.Path)],
            }),
        ];
    }

    private static IEnumerable<(string Kind, object Body)> Documents(Workload workload, PublishedSystem system)
    {
        var target = system.Target;
        yield return ("serviceaccount", ServiceAccountManifest.Create(workload, target));
        yield return ("configmap", ConfigMapManifest.Create(workload, target));
        if (NetworkPolicyManifest.Arrows(workload, system) is { } arrows)
            yield return ("networkpolicy", arrows);
        if (workload.Kind == WorkloadKind.RunOnce)
        {
            yield return ("job", JobManifest.Create(workload, system));
            yield break;
        }

        yield return ("deployment", DeploymentManifest.Create(workload, system));
        yield return ("poddisruptionbudget", PodDisruptionBudgetManifest.Create(workload, target));
        if (!workload.IsSingle)
            yield return ("horizontalpodautoscaler", HorizontalPodAutoscalerManifest.Create(workload, target));
        if (workload.Ports.Count > 0)
            yield return ("service", ServiceManifest.Create(workload, target));
        foreach (var document in Outside(workload, target))
            yield return document;
    }

    private static IEnumerable<(string Kind, object Body)> Outside(Workload workload, PublishTarget target)
    {
        if (workload.ExternalPort is { } port)
        {
            yield return ("httproute", HttpRouteManifest.Create(workload, port, target));
            yield return ("networkpolicy-from-gateway", NetworkPolicyManifest.FromNamespace(
                workload, target, NetworkSettings.GatewayReason, HttpRouteManifest.Gateway, port.Name));
        }

        if (workload.Metrics is { } metrics)
        {
            yield return ("servicemonitor", ServiceMonitorManifest.Create(workload, metrics, target));
            yield return ("networkpolicy-from-monitoring", NetworkPolicyManifest.FromNamespace(
                workload, target, NetworkSettings.MonitoringReason, NetworkSettings.Monitoring, metrics.PortName));
        }
    }
}
