using Aspire.Hosting.Publishing.Manifests;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>
/// What several components write alike. Each object names its namespace: the base has its kustomization set it, which in a component would also change what the
/// base and the other components hold.
/// </summary>
internal static class ComponentObjects
{
    public static V1ObjectMeta Meta(string name, PublishTarget target) => new()
    {
        Name = name, NamespaceProperty = target.Namespace, Labels = Labels.Of(name, target),
    };

    public static V1Service Service(string name, PublishTarget target, IEnumerable<(string Name, int Number)> ports, bool isHeadless = false) => new()
    {
        ApiVersion = "v1",
        Kind = "Service",
        Metadata = Meta(name, target),
        Spec = new V1ServiceSpec
        {
            Type = "ClusterIP",
            ClusterIP = isHeadless ? "None" : null,
            // Members of a cluster must find each other before they are ready.
            PublishNotReadyAddresses = isHeadless ? true : null,
            Selector = Labels.Selector(name),
            Ports = [.. ports.Select(port => new V1ServicePort { Name = port.Name, Port = port.Number, TargetPort = port.Name, Protocol = "TCP" })],
        },
    };

    public static V1PodDisruptionBudget Budget(string name, PublishTarget target) => new()
    {
        ApiVersion = "policy/v1",
        Kind = "PodDisruptionBudget",
        Metadata = Meta(name, target),
        Spec = new V1PodDisruptionBudgetSpec
        {
            MaxUnavailable = 1,
            Selector = new V1LabelSelector { MatchLabels = Labels.Selector(name) },
            UnhealthyPodEvictionPolicy = "AlwaysAllow",
        },
    };

    public static V1PersistentVolumeClaimSpec Claim(PublishTarget target, string size) => new()
    {
        AccessModes = ["ReadWriteOnce"],
        StorageClassName = target.StorageClass,
        Resources = new V1VolumeResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new(size) } },
    };
}
