using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests.Custom;

/// <summary>Strimzi's Kafka, as far as it is used.</summary>
internal sealed record KafkaCluster
{
    public const string KindName = "Kafka";

    public string ApiVersion { get; init; } = "kafka.strimzi.io/v1";

    public string Kind { get; init; } = KindName;

    public required V1ObjectMeta Metadata { get; init; }

    public required KafkaClusterSpec Spec { get; init; }
}

internal sealed record KafkaClusterSpec
{
    public required KafkaBrokers Kafka { get; init; }

    public required KafkaEntityOperator EntityOperator { get; init; }
}

internal sealed record KafkaBrokers
{
    public required IList<KafkaListener> Listeners { get; init; }

    public required IDictionary<string, string> Config { get; init; }

    public required KafkaRack Rack { get; init; }

    public required KafkaTemplate Template { get; init; }
}

internal sealed record KafkaListener
{
    public required string Name { get; init; }

    public required int Port { get; init; }

    public required string Type { get; init; }

    public required bool Tls { get; init; }
}

internal sealed record KafkaRack
{
    public required string TopologyKey { get; init; }
}

internal sealed record KafkaTemplate
{
    public required KafkaPodTemplate Pod { get; init; }
}

internal sealed record KafkaPodTemplate
{
    public required V1ObjectMeta Metadata { get; init; }

    public IList<V1TopologySpreadConstraint>? TopologySpreadConstraints { get; init; }
}

internal sealed record KafkaEntityOperator
{
    public required KafkaTopicOperator TopicOperator { get; init; }

    public required KafkaTemplate Template { get; init; }
}

internal sealed record KafkaTopicOperator
{
    public required V1ResourceRequirements Resources { get; init; }
}

/// <summary>Strimzi's KafkaNodePool.</summary>
internal sealed record KafkaNodePool
{
    public string ApiVersion { get; init; } = "kafka.strimzi.io/v1";

    public string Kind { get; init; } = "KafkaNodePool";

    public required V1ObjectMeta Metadata { get; init; }

    public required KafkaNodePoolSpec Spec { get; init; }
}

internal sealed record KafkaNodePoolSpec
{
    public required int Replicas { get; init; }

    public required IList<string> Roles { get; init; }

    public required KafkaStorage Storage { get; init; }

    public required V1ResourceRequirements Resources { get; init; }
}

internal sealed record KafkaStorage
{
    public required string Type { get; init; }

    public required IList<KafkaVolume> Volumes { get; init; }
}

internal sealed record KafkaVolume
{
    public required int Id { get; init; }

    public required string Type { get; init; }

    public required string Size { get; init; }

    public string? Class { get; init; }

    public required bool DeleteClaim { get; init; }

    public string? KraftMetadata { get; init; }
}

/// <summary>Strimzi's KafkaTopic.</summary>
internal sealed record KafkaClusterTopic
{
    public string ApiVersion { get; init; } = "kafka.strimzi.io/v1";

    public string Kind { get; init; } = "KafkaTopic";

    public required V1ObjectMeta Metadata { get; init; }

    public required KafkaTopicSpec Spec { get; init; }
}

internal sealed record KafkaTopicSpec
{
    public required string TopicName { get; init; }

    public required int Partitions { get; init; }

    public required int Replicas { get; init; }

    public required IDictionary<string, string> Config { get; init; }
}
