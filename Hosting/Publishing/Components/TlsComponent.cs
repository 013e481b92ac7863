using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Manifests.Custom;
using Aspire.Hosting.Publishing.Settings;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>
/// A Gateway that ends TLS for the external endpoints, with certificates by cert-manager. Gateway, certificates and their issuer are in the Gateway's namespace:
/// so the application's holds no private key, and the routes say whom they belong to as they do without it.
/// </summary>
internal static class TlsComponent
{
    private const string Acme = "acme";
    private const string HttpListener = "http";
    private const string ClassUntilSaid = "envoy";
    private const string EmailUntilSaid = "operator@example.com";
    private const string AcmeServer = "https://acme-v02.api.letsencrypt.org/directory";

    public static Component? Create(PublishedSystem system)
    {
        var external = system.External.ToList();
        return external.Count == 0 ? null : new Component("tls", "A Gateway with an HTTPS listener for each external endpoint, and certificates by cert-manager (ACME).")
        {
            Resources =
            [
                PublishedFile.Yaml("gateway.yaml", Gateway(external, system.Target)),
                PublishedFile.Yaml("issuer.yaml", Issuer(system.Target)),
                .. external.Select(workload => PublishedFile.Yaml($"{workload.Name}/certificate.yaml", Certificate(workload, system.Target))),
                PublishedFile.Yaml("httproute-redirect.yaml", Redirect(external, system.Target)),
            ],
            Patches = [.. external.Select(workload => Patch.Of(HttpRoute.KindName, workload.Name, new JsonOperation { Op = "add", Path = "/spec/parentRefs/0/sectionName", Value = workload.Name }))],
            Settings = [.. Settings(external)],
            Excludes = ["ingress"],
            Instructions = "The namespace `gateway-namespace` must exist, cert-manager must be installed with its Gateway API support, and a Gateway controller has the class `gateway-class`.\n",
        };
    }

    private static V1ObjectMeta AtGateway(string name, PublishTarget target) => new()
    {
        Name = name, NamespaceProperty = HttpRouteManifest.Gateway, Labels = Labels.Of(name, target),
    };

    private static string SecretOf(Workload workload) => $"{workload.Name}-tls";

    private static Gateway Gateway(IReadOnlyList<Workload> external, PublishTarget target)
    {
        var routes = new GatewayRoutes
        {
            Namespaces = new GatewayNamespaces
            {
                From = "Selector", Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = target.Namespace } },
            },
        };
        return new Gateway
        {
            Metadata = AtGateway(HttpRouteManifest.Gateway, target),
            Spec = new GatewaySpec
            {
                GatewayClassName = ClassUntilSaid,
                Listeners =
                [
                    .. external.Select(workload => new GatewayListener
                    {
                        Name = workload.Name,
                        Protocol = "HTTPS",
                        Port = 443,
                        Hostname = HttpRouteManifest.HostOf(workload),
                        Tls = new GatewayTls { Mode = "Terminate", CertificateRefs = [new NamedReference { Name = SecretOf(workload) }] },
                        AllowedRoutes = routes,
                    }),
                    // For the answers to the ACME server's challenges, which are routes of the issuer's namespace, and to redirect. The last one, so that the others keep their numbers.
                    new GatewayListener { Name = HttpListener, Protocol = "HTTP", Port = 80, AllowedRoutes = new GatewayRoutes { Namespaces = new GatewayNamespaces { From = "All" } } },
                ],
            },
        };
    }

    private static Issuer Issuer(PublishTarget target) => new()
    {
        Metadata = AtGateway(Acme, target),
        Spec = new IssuerSpec
        {
            Acme = new AcmeIssuer
            {
                Server = AcmeServer,
                Email = EmailUntilSaid,
                PrivateKeySecretRef = new NamedReference { Name = "acme-account" },
                Solvers =
                [
                    new AcmeSolver
                    {
                        Http01 = new AcmeHttpSolver
                        {
                            GatewayHTTPRoute = new AcmeRouteSolver { ParentRefs = [new GatewayParent { Kind = Manifests.Custom.Gateway.KindName, Name = HttpRouteManifest.Gateway, SectionName = HttpListener }] },
                        },
                    },
                ],
            },
        },
    };

    private static Certificate Certificate(Workload workload, PublishTarget target) => new()
    {
        Metadata = AtGateway(workload.Name, target),
        Spec = new CertificateSpec
        {
            SecretName = SecretOf(workload),
            DnsNames = [HttpRouteManifest.HostOf(workload)],
            PrivateKey = new CertificateKey { Algorithm = "ECDSA", RotationPolicy = "Always" },
            IssuerRef = new CertificateIssuer { Name = Acme, Kind = Manifests.Custom.Issuer.KindName },
        },
    };

    private static HttpRoute Redirect(IReadOnlyList<Workload> external, PublishTarget target) => new()
    {
        Metadata = ComponentObjects.Meta(RedirectName, target),
        Spec = new HttpRouteSpec
        {
            ParentRefs = [new HttpRouteParent { Name = HttpRouteManifest.Gateway, Namespace = HttpRouteManifest.Gateway, SectionName = HttpListener }],
            Hostnames = [.. external.Select(HttpRouteManifest.HostOf)],
            Rules =
            [
                new HttpRouteRule
                {
                    Matches = [new HttpRouteMatch { Path = new HttpRoutePath { Type = "PathPrefix", Value = "/" } }],
                    Filters = [new HttpRouteFilter { Type = "RequestRedirect", RequestRedirect = new HttpRouteRedirect { Scheme = "https", StatusCode = 301 } }],
                    BackendRefs = [],
                },
            ],
        },
    };

    private const string RedirectName = "redirect-to-https";

    private static IEnumerable<Setting> Settings(IReadOnlyList<Workload> external)
    {
        var gateway = new Selector { Kind = Manifests.Custom.Gateway.KindName };
        var issuer = new Selector { Kind = Manifests.Custom.Issuer.KindName };
        var certificate = new Selector { Kind = Manifests.Custom.Certificate.KindName };
        var redirect = new Selector { Kind = HttpRoute.KindName, Name = RedirectName };
        foreach (var (workload, number) in external.Select((workload, number) => (workload, number)))
            yield return new Setting(NetworkSettings.HostSetting(workload), HttpRouteManifest.HostOf(workload), "",
            [
                new ReplacementTarget { Select = gateway, FieldPaths = [$"spec.listeners.{number}.hostname"] },
                new ReplacementTarget { Select = certificate with { Name = workload.Name }, FieldPaths = ["spec.dnsNames.0"] },
                new ReplacementTarget { Select = redirect, FieldPaths = [$"spec.hostnames.{number}"] },
            ]);
        yield return new Setting("gateway-name", HttpRouteManifest.Gateway, "",
        [
            new ReplacementTarget { Select = gateway, FieldPaths = ["metadata.name"] },
            new ReplacementTarget { Select = issuer, FieldPaths = ["spec.acme.solvers.0.http01.gatewayHTTPRoute.parentRefs.0.name"] },
            new ReplacementTarget { Select = redirect, FieldPaths = ["spec.parentRefs.0.name"] },
        ]);
        yield return new Setting("gateway-namespace", HttpRouteManifest.Gateway, "",
        [
            .. new[] { gateway, issuer, certificate }.Select(select => new ReplacementTarget { Select = select, FieldPaths = ["metadata.namespace"] }),
            new ReplacementTarget { Select = redirect, FieldPaths = ["spec.parentRefs.0.namespace"] },
        ]);
        yield return new Setting("gateway-class", ClassUntilSaid, "The class of the Gateway's controller.", [new ReplacementTarget { Select = gateway, FieldPaths = ["spec.gatewayClassName"] }]);
        yield return new Setting("acme-email", EmailUntilSaid, "Whom the certificate authority writes to.", [new ReplacementTarget { Select = issuer, FieldPaths = ["spec.acme.email"] }]);
        yield return new Setting("acme-server", AcmeServer, "The certificate authority, which speaks ACME.", [new ReplacementTarget { Select = issuer, FieldPaths = ["spec.acme.server"] }]);
    }
}
