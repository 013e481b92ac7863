using Aspire.Hosting.Publishing.Components.Operators;
using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests.Custom;
using Aspire.Hosting.Publishing.Manifests.Network;
using Aspire.Hosting.Publishing.Settings;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>
/// Consumers by their lag instead of by their processor. A consumer is a workload that reaches a Kafka and is given a consumer group: a variable whose
/// name ends with <c>GroupId</c>. Its topics are those of the Kafka.
/// </summary>
internal static class KedaComponent
{
    private const string GroupSuffix = "GroupId";
    private const string Namespace = "keda";
    private const string Reason = "keda";
    private const string Lag = "5000";
    private const int Least = 3;

    private sealed record Consumer(Workload Workload, string Group, DataServer Server)
    {
        public int Fewest => Math.Max(Least, Workload.Replicas ?? 0);
    }

    public static Component? Create(PublishedSystem system)
    {
        var consumers = Consumers(system).ToList();
        return consumers.Count == 0 ? null : new Component(
            "keda", "Consumers are scaled by KEDA on the lag of their group, to at most one for each partition, instead of by their processor.")
        {
            Resources =
            [
                .. consumers.Select(consumer => PublishedFile.Yaml($"{consumer.Workload.Name}/scaledobject.yaml", Scaler(consumer, system.Target))),
                .. consumers.Select(consumer => consumer.Server).Distinct().Select(server => PublishedFile.Yaml(
                    $"{server.Name}/networkpolicy-from-keda.yaml", ServerPolicies.FromNamespace(server, Reason, Namespace, system.Target))),
            ],
            // Two autoscalers of one Deployment fight.
            Patches = [.. consumers.Where(consumer => !consumer.Workload.IsSingle).Select(consumer => Patch.Delete("autoscaling/v2", "HorizontalPodAutoscaler", consumer.Workload.Name))],
            Settings = [.. consumers.SelectMany(Settings), .. consumers.Select(consumer => consumer.Server).Distinct().Select(NamespaceOf)],
            Instructions = "KEDA must be installed. It asks Kafka itself, so the brokers' address is a setting; where the brokers are outside the cluster and want a password, KEDA needs a TriggerAuthentication, too.\n",
        };
    }

    private static IEnumerable<Consumer> Consumers(PublishedSystem system) =>
        from workload in system.Services
        from server in system.Servers
        where server.Kind == DataServerKind.Kafka && workload.Arrows.Servers.Contains(server.Name) && KafkaOperator.Topics(server).Count > 0
        let @group = workload.Environment.FirstOrDefault(variable => variable.Name.EndsWith(GroupSuffix, StringComparison.OrdinalIgnoreCase))?.Value as PublishedValue.Plain
        where @group is not null
        select new Consumer(workload, @group.Text, server);

    private static ScaledObject Scaler(Consumer consumer, PublishTarget target) => new()
    {
        Metadata = ComponentObjects.Meta(consumer.Workload.Name, target),
        Spec = new ScaledObjectSpec
        {
            ScaleTargetRef = new NamedReference { Name = consumer.Workload.Name },
            PollingInterval = 15,
            MinReplicaCount = consumer.Fewest,
            MaxReplicaCount = KafkaOperator.Topics(consumer.Server).Max(topic => topic.Partitions),
            Fallback = new ScaledObjectFallback { FailureThreshold = 4, Replicas = consumer.Fewest },
            Advanced = new ScaledObjectAdvanced
            {
                HorizontalPodAutoscalerConfig = new ScaledObjectAutoscaler
                {
                    Behavior = new V2HorizontalPodAutoscalerBehavior
                    {
                        // Each change moves partitions: up in steps, down late.
                        ScaleUp = new V2HPAScalingRules { StabilizationWindowSeconds = 60, Policies = [new V2HPAScalingPolicy { Type = "Pods", Value = 2, PeriodSeconds = 60 }] },
                        ScaleDown = new V2HPAScalingRules { StabilizationWindowSeconds = 600, Policies = [new V2HPAScalingPolicy { Type = "Pods", Value = 1, PeriodSeconds = 300 }] },
                    },
                },
            },
            Triggers =
            [
                .. KafkaOperator.Topics(consumer.Server).Select(topic => new ScaledObjectTrigger
                {
                    Type = "kafka",
                    Metadata = new Dictionary<string, string>
                    {
                        ["bootstrapServers"] = Bootstrap(consumer.Server, target),
                        ["consumerGroup"] = consumer.Group,
                        ["topic"] = topic.Name,
                        ["lagThreshold"] = Lag,
                        ["offsetResetPolicy"] = "earliest",
                    },
                }),
            ],
        },
    };

    // KEDA is in another namespace: the whole name.
    private static string Bootstrap(DataServer server, PublishTarget target) => KafkaOperator.Bootstrap(server).Replace(":", $".{target.Namespace}.svc:", StringComparison.Ordinal);

    private static IEnumerable<Setting> Settings(Consumer consumer)
    {
        var select = new Selector { Kind = ScaledObject.KindName, Name = consumer.Workload.Name };
        var triggers = Enumerable.Range(0, KafkaOperator.Topics(consumer.Server).Count).ToList();
        yield return new Setting(
            $"{consumer.Workload.Name}-lag", Lag, $"So many records may wait for each pod of {consumer.Workload.Name} before another is started.",
            [new ReplacementTarget { Select = select, FieldPaths = [.. triggers.Select(trigger => $"spec.triggers.{trigger.Text()}.metadata.lagThreshold")] }]);
        yield return new Setting(
            $"{consumer.Workload.Name}-min-replicas", consumer.Fewest.Text(), $"The fewest pods of {consumer.Workload.Name}.",
            [new ReplacementTarget { Select = select, FieldPaths = ["spec.minReplicaCount", "spec.fallback.replicas"] }]);
    }

    private static Setting NamespaceOf(DataServer server) => new(
        "keda-namespace", Namespace, "The namespace of KEDA: it asks the brokers for the lag.",
        [new ReplacementTarget { Select = new Selector { Kind = "NetworkPolicy", Name = $"{server.Name}-from-{Reason}" }, FieldPaths = [NetworkPolicyManifest.NamespacePath] }]);
}
