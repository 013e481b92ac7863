using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>The name and ports under which the other workloads reach one.</summary>
internal static class ServiceManifest
{
    public static V1Service Create(Workload workload, PublishTarget target) => new()
    {
        ApiVersion = "v1",
        Kind = "Service",
        Metadata = new V1ObjectMeta { Name = workload.Name, Labels = Labels.Of(workload, target) },
        Spec = new V1ServiceSpec
        {
            Type = target.ServiceType,
            Selector = new Dictionary<string, string>(Labels.Selector(workload)) { [Labels.Track] = Labels.Stable },
            Ports = [.. workload.Ports.Select(port => new V1ServicePort
            {
                Name = port.Name,
                Port = port.Number,
                TargetPort = port.Name,
                Protocol = "TCP",
                AppProtocol = port.Scheme is "http" ? "http" : null,
            })],
        },
    };
}
