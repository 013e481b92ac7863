using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Manifests.Network;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>The other end of the arrows to data servers: who may come in. The base lets the workloads out.</summary>
internal static class ServerPolicies
{
    private const string IngressType = "Ingress";
    private const string EgressType = "Egress";

    public static V1NetworkPolicyPeer Anywhere => new() { IpBlock = new V1IPBlock { Cidr = "0.0.0.0/0" } };

    public static IReadOnlyList<string> CallersOf(DataServer server, PublishedSystem system) =>
        [.. system.Workloads.Where(workload => PodArrows.Of(workload, system).Servers.Contains(server.Name)).Select(workload => workload.Name)];

    /// <summary>Lets the workloads that the model gives the server to reach its pods.</summary>
    public static V1NetworkPolicy FromCallers(DataServer server, PublishedSystem system) => In(system.Target, server.Name, new V1NetworkPolicySpec
    {
        PodSelector = PodsOf(server),
        PolicyTypes = [IngressType],
        Ingress =
        [
            new V1NetworkPolicyIngressRule
            {
                FromProperty = [.. CallersOf(server, system).Select(caller => NetworkPolicyManifest.Pods(Labels.Selector(caller)))],
                Ports = [NetworkPolicyManifest.Port(server.Port)],
            },
        ],
    });

    /// <summary>Lets one pod more reach it, and the pod out.</summary>
    public static IEnumerable<V1NetworkPolicy> Between(string caller, DataServer server, PublishTarget target)
    {
        yield return In(target, $"{server.Name}-from-{caller}", new V1NetworkPolicySpec
        {
            PodSelector = PodsOf(server),
            PolicyTypes = [IngressType],
            Ingress = [new V1NetworkPolicyIngressRule { FromProperty = [NetworkPolicyManifest.Pods(Labels.Selector(caller))], Ports = [NetworkPolicyManifest.Port(server.Port)] }],
        });
        yield return In(target, caller, new V1NetworkPolicySpec
        {
            PodSelector = new V1LabelSelector { MatchLabels = Labels.Selector(caller) },
            PolicyTypes = [EgressType],
            Egress = [new V1NetworkPolicyEgressRule { To = [NetworkPolicyManifest.Pods(Pods(server))], Ports = [NetworkPolicyManifest.Port(server.Port)] }],
        });
    }

    /// <summary>Lets the pods of a server talk among themselves and to whoever they need: an operator's pods ask the API server and write backups outside.</summary>
    /// <param name="operatorNamespace">Whose pods manage them.</param>
    public static V1NetworkPolicy OfOperator(DataServer server, string operatorNamespace, PublishTarget target) => In(target, $"{server.Name}-operator", new V1NetworkPolicySpec
    {
        PodSelector = PodsOf(server),
        PolicyTypes = [IngressType, EgressType],
        Ingress = [new V1NetworkPolicyIngressRule { FromProperty = [NetworkPolicyManifest.Namespace(operatorNamespace), NetworkPolicyManifest.Pods(Pods(server))] }],
        Egress =
        [
            new V1NetworkPolicyEgressRule { To = [NetworkPolicyManifest.Pods(Pods(server))] },
            // The API server and object storage, whose addresses no manifest knows.
            new V1NetworkPolicyEgressRule { To = [Anywhere], Ports = [NetworkPolicyManifest.Port(443), NetworkPolicyManifest.Port(6443)] },
        ],
    });

    /// <summary>Lets other pods of the cluster reach a server.</summary>
    public static V1NetworkPolicy FromNamespace(DataServer server, string reason, string from, PublishTarget target) => In(target, $"{server.Name}-from-{reason}", new V1NetworkPolicySpec
    {
        PodSelector = PodsOf(server),
        PolicyTypes = [IngressType],
        Ingress = [new V1NetworkPolicyIngressRule { FromProperty = [NetworkPolicyManifest.Namespace(from)], Ports = [NetworkPolicyManifest.Port(server.Port)] }],
    });

    /// <summary>Lets the callers of a server out to a range of addresses: it runs outside the cluster.</summary>
    public static V1NetworkPolicy Outside(DataServer server, IReadOnlyList<string> callers, string network, int port, PublishTarget target) => In(target, $"{server.Name}-outside", new V1NetworkPolicySpec
    {
        PodSelector = AnyOf(callers),
        PolicyTypes = [EgressType],
        Egress =
        [
            new V1NetworkPolicyEgressRule
            {
                To = [new V1NetworkPolicyPeer { IpBlock = new V1IPBlock { Cidr = network } }], Ports = [NetworkPolicyManifest.Port(port)],
            },
        ],
    });

    public static V1NetworkPolicy In(PublishTarget target, string name, V1NetworkPolicySpec spec)
    {
        var policy = NetworkPolicyManifest.Policy(name, Labels.Of(name, target), spec);
        policy.Metadata.NamespaceProperty = target.Namespace;
        return policy;
    }

    public static V1LabelSelector AnyOf(IEnumerable<string> workloads) => new()
    {
        MatchExpressions = [new V1LabelSelectorRequirement { Key = Labels.Name, OperatorProperty = "In", Values = [.. workloads] }],
    };

    private static Dictionary<string, string> Pods(DataServer server) => new() { [DataServer.Label] = server.Name };

    private static V1LabelSelector PodsOf(DataServer server) => new() { MatchLabels = Pods(server) };
}
