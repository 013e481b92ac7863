using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests.Custom;

/// <summary>KEDA's ScaledObject, as far as it is used.</summary>
internal sealed record ScaledObject
{
    public const string KindName = "ScaledObject";

    public string ApiVersion { get; init; } = "keda.sh/v1alpha1";

    public string Kind { get; init; } = KindName;

    public required V1ObjectMeta Metadata { get; init; }

    public required ScaledObjectSpec Spec { get; init; }
}

internal sealed record ScaledObjectSpec
{
    public required NamedReference ScaleTargetRef { get; init; }

    public required int PollingInterval { get; init; }

    public required int MinReplicaCount { get; init; }

    public required int MaxReplicaCount { get; init; }

    public required ScaledObjectFallback Fallback { get; init; }

    public required ScaledObjectAdvanced Advanced { get; init; }

    public required IList<ScaledObjectTrigger> Triggers { get; init; }
}

/// <summary>How many run while the source does not answer.</summary>
internal sealed record ScaledObjectFallback
{
    public required int FailureThreshold { get; init; }

    public required int Replicas { get; init; }
}

internal sealed record ScaledObjectAdvanced
{
    public required ScaledObjectAutoscaler HorizontalPodAutoscalerConfig { get; init; }
}

internal sealed record ScaledObjectAutoscaler
{
    public required V2HorizontalPodAutoscalerBehavior Behavior { get; init; }
}

internal sealed record ScaledObjectTrigger
{
    public required string Type { get; init; }

    public required IDictionary<string, string> Metadata { get; init; }
}
