using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>More pods under load, by the processor: memory is bounded by the programs themselves and tells nothing.</summary>
internal static class HorizontalPodAutoscalerManifest
{
    private const int CpuPercent = 70;
    private const int ReplicasUntilSaid = 2;
    private const int MaxReplicas = 10;

    // Fewer pods only after ten quiet minutes: each change moves partitions and connections to others.
    private const int SecondsBeforeFewer = 600;

    public static V2HorizontalPodAutoscaler Create(Workload workload, PublishTarget target) => new()
    {
        ApiVersion = "autoscaling/v2",
        Kind = "HorizontalPodAutoscaler",
        Metadata = new V1ObjectMeta { Name = workload.Name, Labels = Labels.Of(workload, target) },
        Spec = new V2HorizontalPodAutoscalerSpec
        {
            ScaleTargetRef = new V2CrossVersionObjectReference { ApiVersion = "apps/v1", Kind = "Deployment", Name = workload.Name },
            MinReplicas = workload.Replicas ?? ReplicasUntilSaid,
            MaxReplicas = Math.Max(MaxReplicas, workload.Replicas ?? 0),
            Metrics =
            [
                new V2MetricSpec
                {
                    Type = "Resource",
                    Resource = new V2ResourceMetricSource
                    {
                        Name = "cpu", Target = new V2MetricTarget { Type = "Utilization", AverageUtilization = CpuPercent },
                    },
                },
            ],
            Behavior = new V2HorizontalPodAutoscalerBehavior
            {
                ScaleDown = new V2HPAScalingRules { StabilizationWindowSeconds = SecondsBeforeFewer },
            },
        },
    };
}
