using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Manifests.Custom;
using Aspire.Hosting.Publishing.Settings;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>External endpoints through an Ingress instead of the Gateway API.</summary>
internal static class IngressComponent
{
    private const string Class = "nginx";
    private const string RewriteTarget = "nginx.ingress.kubernetes.io/rewrite-target";
    private const string ClusterIssuer = "cert-manager.io/cluster-issuer";
    private const string IssuerUntilSaid = "letsencrypt";

    public static Component? Create(PublishedSystem system)
    {
        var external = system.External.ToList();
        return external.Count == 0 ? null : new Component("ingress", "Ingress instead of the Gateway API's routes, with certificates by cert-manager's annotation.")
        {
            Resources = [.. external.SelectMany(workload => Files(workload, system.Target))],
            Patches = [Patch.Delete("gateway.networking.k8s.io/v1", HttpRoute.KindName)],
            Settings = [.. Settings(external)],
            Excludes = ["tls", "canary", "blue-green"],
            Requires = external.Exists(SignInComponent.IsBehind) ? [SignInComponent.Name] : [],
            Instructions = """
                Set `gateway-namespace` to the namespace of the ingress controller: its pods are the only ones that reach the external endpoints. Metrics are hidden by a rewrite of ingress-nginx;
                with another controller see that their path is not served outside.

                """,
        };
    }

    private static IEnumerable<PublishedFile> Files(Workload workload, PublishTarget target)
    {
        yield return PublishedFile.Yaml($"{workload.Name}/ingress.yaml", Ingress(workload, workload.Name, "Prefix", "/", target, []));
        if (workload.Metrics is { } metrics)
            yield return PublishedFile.Yaml($"{workload.Name}/ingress-metrics.yaml", Ingress(
                workload, MetricsName(workload), "Exact", metrics.Path, target, new Dictionary<string, string> { [RewriteTarget] = HttpRouteManifest.Nowhere }));
    }

    private static V1Ingress Ingress(Workload workload, string name, string pathType, string path, PublishTarget target, Dictionary<string, string> annotations)
    {
        var meta = ComponentObjects.Meta(name, target);
        meta.Annotations = new Dictionary<string, string>(annotations) { [ClusterIssuer] = IssuerUntilSaid };
        return new V1Ingress
        {
            ApiVersion = "networking.k8s.io/v1",
            Kind = "Ingress",
            Metadata = meta,
            Spec = new V1IngressSpec
            {
                IngressClassName = Class,
                Tls = [new V1IngressTLS { Hosts = [HttpRouteManifest.HostOf(workload)], SecretName = $"{workload.Name}-tls" }],
                Rules =
                [
                    new V1IngressRule
                    {
                        Host = HttpRouteManifest.HostOf(workload),
                        Http = new V1HTTPIngressRuleValue
                        {
                            Paths =
                            [
                                new V1HTTPIngressPath
                                {
                                    Path = path,
                                    PathType = pathType,
                                    Backend = new V1IngressBackend { Service = Backend(workload) },
                                },
                            ],
                        },
                    },
                ],
            },
        };
    }

    // An Ingress has no way to take a header out of a request, as a route does: the proxy that signs people in does.
    private static V1IngressServiceBackend Backend(Workload workload) => SignInComponent.IsBehind(workload)
        ? new V1IngressServiceBackend { Name = SignInComponent.NameOf(workload), Port = new V1ServiceBackendPort { Name = SignInComponent.PortName } }
        : new V1IngressServiceBackend { Name = workload.Name, Port = new V1ServiceBackendPort { Name = workload.ExternalPort!.Name } };

    private static string MetricsName(Workload workload) => $"{workload.Name}-metrics";

    private static IEnumerable<Setting> Settings(IReadOnlyList<Workload> external)
    {
        foreach (var workload in external)
            yield return new Setting(
                NetworkSettings.HostSetting(workload), HttpRouteManifest.HostOf(workload), "",
                [.. Selectors(workload).Select(select => new ReplacementTarget { Select = select, FieldPaths = ["spec.rules.0.host", "spec.tls.0.hosts.0"] })]);
        yield return new Setting("ingress-class", Class, "The class of the ingress controller.", [Every(external, "spec.ingressClassName")]);
        yield return new Setting("cluster-issuer", IssuerUntilSaid, "cert-manager's ClusterIssuer that signs the Ingresses' certificates.", [Every(external, $"metadata.annotations.[{ClusterIssuer}]")]);
    }

    private static IEnumerable<Selector> Selectors(Workload workload)
    {
        yield return new Selector { Kind = "Ingress", Name = workload.Name };
        if (workload.Metrics is not null)
            yield return new Selector { Kind = "Ingress", Name = MetricsName(workload) };
    }

    private static ReplacementTarget Every(IReadOnlyList<Workload> external, string path) =>
        new() { Select = new Selector { Kind = "Ingress" }, FieldPaths = [path] };
}
