using System.Globalization;
using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Manifests.Network;
using Aspire.Hosting.Publishing.Settings;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>A collector that takes traces, metrics and logs from the services over OTLP and hands them on.</summary>
internal static class OtelComponent
{
    private const string Name = "otel-collector";
    private const string ConfigFile = "config.yaml";
    private const string ConfigFolder = "/etc/otelcol";
    private const string Backend = "http://otel-backend.monitoring:4318";
    private const string BackendVariable = "OTLP_BACKEND";
    private const int Grpc = 4317;
    private const int Http = 4318;
    private const int Health = 13133;

    private const string Config = """
        extensions:
          health_check:
            endpoint: 0.0.0.0:13133
        receivers:
          otlp:
            protocols:
              grpc:
                endpoint: 0.0.0.0:4317
              http:
                endpoint: 0.0.0.0:4318
        processors:
          memory_limiter:
            check_interval: 1s
            limit_percentage: 80
            spike_limit_percentage: 20
          batch:
            send_batch_size: 4096
            timeout: 2s
        exporters:
          otlphttp:
            endpoint: ${env:OTLP_BACKEND}
            retry_on_failure:
              enabled: true
              max_elapsed_time: 300s
            sending_queue:
              queue_size: 2000
        service:
          extensions: [health_check]
          pipelines:
            traces:
              receivers: [otlp]
              processors: [memory_limiter, batch]
              exporters: [otlphttp]
            metrics:
              receivers: [otlp]
              processors: [memory_limiter, batch]
              exporters: [otlphttp]
            logs:
              receivers: [otlp]
              processors: [memory_limiter, batch]
              exporters: [otlphttp]

        """;

    public static Component? Create(PublishedSystem system)
    {
        var services = system.Services.ToList();
        return services.Count == 0 ? null : new Component("otel", "A collector in the namespace that takes traces, metrics and logs of the services over OTLP and hands them to yours.")
        {
            Resources =
            [
                PublishedFile.Yaml("configmap.yaml", new V1ConfigMap
                {
                    ApiVersion = "v1", Kind = "ConfigMap", Metadata = ComponentObjects.Meta(Name, system.Target), Data = new Dictionary<string, string> { [ConfigFile] = Config },
                }),
                PublishedFile.Yaml("deployment.yaml", Deployment(system.Target)),
                PublishedFile.Yaml("service.yaml", ComponentObjects.Service(Name, system.Target, [("otlp-grpc", Grpc), ("otlp-http", Http)])),
                PublishedFile.Yaml("poddisruptionbudget.yaml", ComponentObjects.Budget(Name, system.Target)),
                PublishedFile.Yaml("networkpolicy.yaml", Policy(services, system.Target)),
                PublishedFile.Yaml("networkpolicy-services.yaml", Out(services, system.Target)),
            ],
            Patches = [.. services.Select(Send)],
            Settings =
            [
                new Setting(
                    "otlp-backend", Backend, "Where the collector sends to, over OTLP/HTTP.",
                    [new ReplacementTarget { Select = new Selector { Kind = "Deployment", Name = Name }, FieldPaths = [$"spec.template.spec.containers.[name={Name}].env.[name={BackendVariable}].value"] }]),
            ],
        };
    }

    private static V1Deployment Deployment(PublishTarget target) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "Deployment",
        Metadata = ComponentObjects.Meta(Name, target),
        Spec = new V1DeploymentSpec
        {
            Replicas = 2,
            Selector = new V1LabelSelector { MatchLabels = Labels.Selector(Name) },
            Template = new ServerPod(Name, ServerImage.Collector)
            {
                Cpu = "100m",
                Memory = "512Mi",
                Args = [$"--config={ConfigFolder}/{ConfigFile}"],
                Environment = [ServerPod.Plain(BackendVariable, Backend)],
                Ports = [("otlp-grpc", Grpc), ("otlp-http", Http), ("health", Health)],
                Volumes = [new V1Volume { Name = "config", ConfigMap = new V1ConfigMapVolumeSource { Name = Name } }],
                Mounts = [new V1VolumeMount { Name = "config", MountPath = ConfigFolder, ReadOnlyProperty = true }],
                Probe = new V1Probe { HttpGet = new V1HTTPGetAction { Path = "/", Port = "health" } },
                Checksum = Checksum.Of(Config),
            }.Create(target),
        },
    };

    // Only what runs on: a Job can't be changed, and this would change it.
    private static Patch Send(Workload workload) => Patch.Of(
        "Deployment", workload.Name, Add("OTEL_EXPORTER_OTLP_ENDPOINT", string.Create(CultureInfo.InvariantCulture, $"http://{Name}:{Grpc}")), Add("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")) with
    {
        // Another release of it beside it, too.
        Target = new Selector { Kind = "Deployment", LabelSelector = $"{Labels.Name}={workload.Name}" },
    };

    private static JsonOperation Add(string variable, string value) => new()
    {
        Op = "add", Path = "/spec/template/spec/containers/0/env/-", Value = new Dictionary<string, string> { ["name"] = variable, ["value"] = value },
    };

    private static V1NetworkPolicy Policy(IEnumerable<Workload> services, PublishTarget target) => ServerPolicies.In(target, Name, new V1NetworkPolicySpec
    {
        PodSelector = new V1LabelSelector { MatchLabels = Labels.Selector(Name) },
        PolicyTypes = ["Ingress", "Egress"],
        Ingress =
        [
            new V1NetworkPolicyIngressRule
            {
                FromProperty = [.. services.Select(workload => NetworkPolicyManifest.Pods(Labels.Selector(workload)))], Ports = [NetworkPolicyManifest.Port(Grpc), NetworkPolicyManifest.Port(Http)],
            },
        ],
        // Where the backend is, only the operator knows.
        Egress =
        [
            new V1NetworkPolicyEgressRule
            {
                To = [ServerPolicies.Anywhere], Ports = [NetworkPolicyManifest.Port(443), NetworkPolicyManifest.Port(Grpc), NetworkPolicyManifest.Port(Http)],
            },
        ],
    });

    private static V1NetworkPolicy Out(IEnumerable<Workload> services, PublishTarget target) => ServerPolicies.In(target, $"{Name}-services", new V1NetworkPolicySpec
    {
        PodSelector = ServerPolicies.AnyOf(services.Select(workload => workload.Name)),
        PolicyTypes = ["Egress"],
        Egress = [new V1NetworkPolicyEgressRule { To = [NetworkPolicyManifest.Pods(Labels.Selector(Name))], Ports = [NetworkPolicyManifest.Port(Grpc), NetworkPolicyManifest.Port(Http)] }],
    });
}
