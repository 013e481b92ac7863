using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Manifests.Custom;
using Aspire.Hosting.Publishing.Manifests.Network;

namespace Aspire.Hosting.Publishing.Settings;

/// <summary>How the outside reaches the system: names, the Gateway, and who reads the metrics.</summary>
internal static class NetworkSettings
{
    /// <summary>The namespace of Prometheus until the operator names another.</summary>
    public const string Monitoring = "monitoring";

    /// <summary>Parts of the names of network policies.</summary>
    public const string GatewayReason = "gateway";
    public const string MonitoringReason = "monitoring";

    public static IEnumerable<Setting> Of(PublishedSystem system)
    {
        var external = system.External.ToList();
        foreach (var workload in external)
            yield return new Setting(
                HostSetting(workload), HttpRouteManifest.HostOf(workload), $"The host name under which clients reach {workload.Name}.",
                [new ReplacementTarget { Select = Route(workload), FieldPaths = ["spec.hostnames.0"] }]);
        if (external.Count > 0)
        {
            yield return new Setting(
                "gateway-name", HttpRouteManifest.Gateway, "The Gateway (Gateway API) that the routes belong to.",
                [.. external.Select(workload => new ReplacementTarget { Select = Route(workload), FieldPaths = ["spec.parentRefs.0.name"] })]);
            yield return new Setting(
                "gateway-namespace", HttpRouteManifest.Gateway, "The namespace of the Gateway and its pods: the only one that reaches the external endpoints.",
                [
                    .. external.Select(workload => new ReplacementTarget { Select = Route(workload), FieldPaths = ["spec.parentRefs.0.namespace"] }),
                    .. external.Select(workload => Policy(workload, GatewayReason)),
                ]);
        }

        yield return new Setting(
            "monitoring-namespace", Monitoring, "The namespace of Prometheus: the only one that reads the metrics.",
            [.. system.Services.Where(workload => workload.Metrics is not null).Select(workload => Policy(workload, MonitoringReason))]);
    }

    public static string HostSetting(Workload workload) => $"{workload.Name}-host";

    private static Selector Route(Workload workload) => new() { Kind = HttpRoute.KindName, Name = workload.Name };

    private static ReplacementTarget Policy(Workload workload, string reason) => new()
    {
        Select = new Selector { Kind = "NetworkPolicy", Name = $"{workload.Name}-from-{reason}" },
        FieldPaths = [NetworkPolicyManifest.NamespacePath],
    };
}
