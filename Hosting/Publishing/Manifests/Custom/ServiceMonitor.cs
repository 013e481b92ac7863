using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests.Custom;

/// <summary>The Prometheus operator's ServiceMonitor, as far as it is used.</summary>
internal sealed record ServiceMonitor
{
    public const string KindName = "ServiceMonitor";

    public string ApiVersion { get; init; } = "monitoring.coreos.com/v1";

    public string Kind { get; init; } = KindName;

    public required V1ObjectMeta Metadata { get; init; }

    public required ServiceMonitorSpec Spec { get; init; }
}

internal sealed record ServiceMonitorSpec
{
    public required V1LabelSelector Selector { get; init; }

    public required IList<ServiceMonitorEndpoint> Endpoints { get; init; }
}

internal sealed record ServiceMonitorEndpoint
{
    public required string Port { get; init; }

    public required string Path { get; init; }

    public required string Interval { get; init; }
}
