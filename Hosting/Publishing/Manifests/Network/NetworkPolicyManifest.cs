using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests.Network;

/// <summary>
/// What the network lets through: nothing, except names and the arrows of the model. Policies add up, so each reason has one of its
/// own, and a component can take one away or add another.
/// </summary>
internal static class NetworkPolicyManifest
{
    private const string ApiVersion = "networking.k8s.io/v1";
    private const string Kind = "NetworkPolicy";
    private const string IngressType = "Ingress";
    private const string EgressType = "Egress";
    private const string NamespaceName = "kubernetes.io/metadata.name";

    public static V1NetworkPolicy DenyAll(PublishTarget target) => Policy("default-deny", Labels.Of(target), new V1NetworkPolicySpec
    {
        PodSelector = new V1LabelSelector(),
        PolicyTypes = [IngressType, EgressType],
    });

    public static V1NetworkPolicy AllowDns(PublishTarget target) => Policy("allow-dns", Labels.Of(target), new V1NetworkPolicySpec
    {
        PodSelector = new V1LabelSelector(),
        PolicyTypes = [EgressType],
        Egress =
        [
            new V1NetworkPolicyEgressRule
            {
                To = [Namespace("kube-system", new Dictionary<string, string> { ["k8s-app"] = "kube-dns" })],
                Ports = [Port(53, "UDP"), Port(53, "TCP")],
            },
        ],
    });

    /// <summary>The arrows from and to a workload, or null when it has none.</summary>
    public static V1NetworkPolicy? Arrows(Workload workload, PublishedSystem system)
    {
        var callers = PodArrows.CallersOf(workload, system).Select(call => new V1NetworkPolicyIngressRule
        {
            FromProperty = [Pods(Labels.Selector(call.Caller))],
            Ports = [Port(call.PortName)],
        }).ToList();
        var calls = Egress(PodArrows.Of(workload, system), system).ToList();
        return callers.Count + calls.Count == 0 ? null : Policy(workload.Name, Labels.Of(workload, system.Target), new V1NetworkPolicySpec
        {
            PodSelector = new V1LabelSelector { MatchLabels = Labels.Selector(workload) },
            PolicyTypes = [.. callers.Count > 0 ? [IngressType] : Array.Empty<string>(), .. calls.Count > 0 ? [EgressType] : Array.Empty<string>()],
            Ingress = callers.Count > 0 ? callers : null,
            Egress = calls.Count > 0 ? calls : null,
        });
    }

    /// <summary>Lets the pods of another namespace reach a port.</summary>
    /// <param name="from">The namespace until the operator names another.</param>
    public static V1NetworkPolicy FromNamespace(Workload workload, PublishTarget target, string reason, string from, string portName) =>
        Policy($"{workload.Name}-from-{reason}", Labels.Of(workload, target), new V1NetworkPolicySpec
        {
            PodSelector = new V1LabelSelector { MatchLabels = Labels.Selector(workload) },
            PolicyTypes = [IngressType],
            Ingress = [new V1NetworkPolicyIngressRule { FromProperty = [Namespace(from)], Ports = [Port(portName)] }],
        });

    /// <summary>Where <see cref="FromNamespace"/> holds the namespace.</summary>
    public const string NamespacePath = $"spec.ingress.0.from.0.namespaceSelector.matchLabels.[{NamespaceName}]";

    private static IEnumerable<V1NetworkPolicyEgressRule> Egress(WorkloadArrows arrows, PublishedSystem system)
    {
        foreach (var call in arrows.Calls)
            yield return new V1NetworkPolicyEgressRule
            {
                To = [Pods(Labels.Selector(call.Workload))], Ports = [Port(call.PortName)],
            };
        foreach (var server in system.Servers.Where(server => arrows.Servers.Contains(server.Name)))
            yield return new V1NetworkPolicyEgressRule
            {
                To = [Pods(new Dictionary<string, string> { [DataServer.Label] = server.Name })], Ports = [Port(server.Port)],
            };
        if (arrows.ReachesAnywhere)
            yield return new V1NetworkPolicyEgressRule();
    }

    public static V1NetworkPolicy Policy(string name, IDictionary<string, string> labels, V1NetworkPolicySpec spec) => new()
    {
        ApiVersion = ApiVersion, Kind = Kind, Metadata = new V1ObjectMeta { Name = name, Labels = labels }, Spec = spec,
    };

    public static V1NetworkPolicyPeer Pods(IDictionary<string, string> labels) => new() { PodSelector = new V1LabelSelector { MatchLabels = labels } };

    public static V1NetworkPolicyPeer Namespace(string name, IDictionary<string, string>? podLabels = null) => new()
    {
        NamespaceSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { [NamespaceName] = name } },
        PodSelector = podLabels is null ? null : new V1LabelSelector { MatchLabels = podLabels },
    };

    public static V1NetworkPolicyPort Port(IntOrString port, string protocol = "TCP") => new() { Port = port, Protocol = protocol };
}
