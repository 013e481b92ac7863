using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Manifests.Custom;
using Aspire.Hosting.Publishing.Manifests.Network;
using Aspire.Hosting.Publishing.Settings;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>A proxy that signs people in (oauth2-proxy) before each workload that wants to be told who the user is.</summary>
internal static class SignInComponent
{
    public const string Name = "sign-in";

    public const string PortName = "http";

    private const int Port = 4180;
    private const string Image = "quay.io/oauth2-proxy/oauth2-proxy";
    private const string Tag = "v7.12.0";
    private const string Issuer = "https://issuer.example.com";

    // The keys of the Secret, and the variables in which oauth2-proxy takes them.
    private static readonly (string Key, string Variable)[] SecretKeys =
        [("client-id", "OAUTH2_PROXY_CLIENT_ID"), ("client-secret", "OAUTH2_PROXY_CLIENT_SECRET"), ("cookie-secret", "OAUTH2_PROXY_COOKIE_SECRET")];

    public static Component? Create(PublishedSystem system)
    {
        var behind = system.Services.Where(IsBehind).ToList();
        return behind.Count == 0 ? null : new Component(Name, "oauth2-proxy before what wants to know who the user is, for any OpenID Connect provider.")
        {
            Resources = [.. behind.SelectMany(workload => Files(workload, system.Target))],
            Patches = [.. behind.SelectMany(Patches)],
            Settings =
            [
                new Setting(
                    "sign-in-issuer", Issuer, "The OpenID Connect provider that people sign in at: its issuer URL.",
                    [.. behind.Select(workload => new ReplacementTarget
                    {
                        Select = new Selector { Kind = "Deployment", Name = NameOf(workload) },
                        FieldPaths = [$"spec.template.spec.containers.[name={NameOf(workload)}].env.[name=OAUTH2_PROXY_OIDC_ISSUER_URL].value"],
                    })]),
            ],
            Instructions = string.Concat(behind.Select(workload => Instructions(workload, system.Target))),
        };
    }

    /// <summary>Whether it must not be reached from outside but through the proxy.</summary>
    public static bool IsBehind(Workload workload) => workload is { UserHeader: not null, ExternalPort: not null };

    /// <summary>The proxy before a workload, and its service.</summary>
    public static string NameOf(Workload workload) => $"{workload.Name}-{Name}";

    private static IEnumerable<PublishedFile> Files(Workload behind, PublishTarget target)
    {
        var proxy = new Workload(NameOf(behind), WorkloadKind.Service)
        {
            Image = new WorkloadImage(Image, Tag, IsBuilt: false),
            // Two: nobody gets in while it is away.
            Replicas = 2,
            Arguments =
            [
                "--provider=oidc", "--reverse-proxy=true", $"--http-address=0.0.0.0:{Port}", $"--upstream=http://{behind.Name}:{behind.ExternalPort!.Number}",
                // It sets X-Forwarded-User and the like, and takes out what a client sent under these names.
                "--pass-user-headers=true", "--skip-auth-strip-headers=true", "--email-domain=*", "--cookie-secure=true", "--skip-provider-button=true",
            ],
            Ports = [new WorkloadPort(PortName, Port, "http", IsExternal: true)],
            Environment =
            [
                .. SecretKeys.Select(key => new WorkloadVariable(key.Variable, new PublishedValue.FromSecret(NameOf(behind), key.Key, IsOptional: false))),
                new WorkloadVariable("OAUTH2_PROXY_OIDC_ISSUER_URL", new PublishedValue.FromSetting("sign-in-issuer", Issuer)),
            ],
            Readiness = new HttpCheck("/ready", PortName),
            Liveness = new HttpCheck("/ping", PortName),
        };
        var system = new PublishedSystem(target, [proxy], []);
        var deployment = DeploymentManifest.Create(proxy, system);
        deployment.Spec.Replicas = proxy.Replicas;
        return
        [
            PublishedFile.Yaml($"{proxy.Name}-serviceaccount.yaml", ServiceAccountManifest.Create(proxy, target)),
            PublishedFile.Yaml($"{proxy.Name}-configmap.yaml", ConfigMapManifest.Create(proxy, target)),
            PublishedFile.Yaml($"{proxy.Name}-deployment.yaml", deployment),
            PublishedFile.Yaml($"{proxy.Name}-service.yaml", ServiceManifest.Create(proxy, target)),
            PublishedFile.Yaml($"{proxy.Name}-poddisruptionbudget.yaml", PodDisruptionBudgetManifest.Create(proxy, target)),
            PublishedFile.Yaml($"{proxy.Name}-networkpolicy.yaml", Calls(proxy, behind, target)),
            PublishedFile.Yaml($"{proxy.Name}-networkpolicy-from-gateway.yaml", NetworkPolicyManifest.FromNamespace(
                proxy, target, NetworkSettings.GatewayReason, HttpRouteManifest.Gateway, PortName)),
            PublishedFile.Yaml($"{behind.Name}-networkpolicy-from-{Name}.yaml", From(proxy, behind, target)),
        ];
    }

    // The provider may be anywhere, but it speaks HTTPS.
    private static V1NetworkPolicy Calls(Workload proxy, Workload behind, PublishTarget target) => NetworkPolicyManifest.Policy(
        proxy.Name, Labels.Of(proxy, target), new V1NetworkPolicySpec
        {
            PodSelector = new V1LabelSelector { MatchLabels = Labels.Selector(proxy) },
            PolicyTypes = ["Egress"],
            Egress =
            [
                new V1NetworkPolicyEgressRule
                {
                    To = [NetworkPolicyManifest.Pods(Labels.Selector(behind))], Ports = [NetworkPolicyManifest.Port(behind.ExternalPort!.Name)],
                },
                new V1NetworkPolicyEgressRule
                {
                    To = [ServerPolicies.Anywhere], Ports = [NetworkPolicyManifest.Port(443)],
                },
            ],
        });

    private static V1NetworkPolicy From(Workload proxy, Workload behind, PublishTarget target) => NetworkPolicyManifest.Policy(
        $"{behind.Name}-from-{Name}", Labels.Of(behind, target), new V1NetworkPolicySpec
        {
            PodSelector = new V1LabelSelector { MatchLabels = Labels.Selector(behind) },
            PolicyTypes = ["Ingress"],
            Ingress =
            [
                new V1NetworkPolicyIngressRule
                {
                    FromProperty = [NetworkPolicyManifest.Pods(Labels.Selector(proxy))], Ports = [NetworkPolicyManifest.Port(behind.ExternalPort!.Name)],
                },
            ],
        });

    private static IEnumerable<Patch> Patches(Workload behind)
    {
        // From outside only through the proxy: the Gateway no longer reaches the workload itself.
        yield return Patch.Delete("networking.k8s.io/v1", "NetworkPolicy", $"{behind.Name}-from-{NetworkSettings.GatewayReason}");
        yield return Patch.Of(HttpRoute.KindName, behind.Name, [.. Enumerable.Range(0, behind.Metrics is null ? 1 : 2).Select(rule => new JsonOperation
        {
            Op = "replace", Path = $"/spec/rules/{rule}/backendRefs/0", Value = new HttpRouteBackend { Name = NameOf(behind), Port = Port },
        })]);
    }

    private static string Instructions(Workload behind, PublishTarget target) => $"""
        Register a client at the provider, with the redirect address `https://{behind.Name}.example.com/oauth2/callback` under your host name, and make its Secret. Whoever the provider
        signs in gets in: let it hand out this client to the right people only.

        ```sh
        kubectl -n {target.Namespace} create secret generic {NameOf(behind)} --from-literal=client-id="$CLIENT_ID" --from-literal=client-secret="$CLIENT_SECRET" --from-literal=cookie-secret="$(openssl rand -hex 16)"
        ```

        """.ReplaceLineEndings("\n");
}
