using System.Globalization;
using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests.Custom;
using Aspire.Hosting.Publishing.Settings;
using Aspire.Hosting.Servers.Kafka;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components.Operators;

/// <summary>A Kafka as a Strimzi cluster: three controllers, three brokers, every record on all three.</summary>
internal static class KafkaOperator
{
    private const string ClusterLabel = "strimzi.io/cluster";
    private const string Zone = "topology.kubernetes.io/zone";
    private const int Copies = 3;
    private const string CopiesToAcknowledge = "2";

    /// <summary>Two weeks: twice the week that reading it may stand still.</summary>
    private const string Retention = "1209600000";

    /// <summary>Where clients find the brokers: the service that the operator makes.</summary>
    public static string Bootstrap(DataServer server) => $"{server.Name}-kafka-bootstrap:{server.Port}";

    public static IReadOnlyList<KafkaTopic> Topics(DataServer server) =>
        KafkaTopic.ParseList(server.Environment.FirstOrDefault(variable => variable.Name == KafkaTopic.Variable)?.Value is PublishedValue.Plain plain ? plain.Text : null);

    public static IEnumerable<(string Name, object Body)> Documents(DataServer server, PublishedSystem system)
    {
        yield return ("kafka", Cluster(server, system.Target));
        yield return ("controllers", Pool(server, "controller", Volume("10Gi", system.Target), ServerResources.Of("250m", "1Gi"), system.Target));
        yield return ("brokers", Pool(server, "broker", Volume("100Gi", system.Target), ServerResources.Of("1", "4Gi"), system.Target));
        foreach (var topic in Topics(server))
            yield return ($"topic-{topic.Name}", Topic(server, topic, system.Target));
    }

    public static IEnumerable<Setting> Settings(DataServer server)
    {
        yield return new Setting(
            $"{server.Name}-storage", "100Gi", $"The volume of each broker; it can only grow ({server.Name}).",
            [new ReplacementTarget { Select = new Selector { Kind = "KafkaNodePool", Name = PoolName(server, "broker") }, FieldPaths = ["spec.storage.volumes.0.size"] }]);
        var topics = Topics(server);
        if (topics.Count > 0)
            yield return new Setting(
                $"{server.Name}-retention-ms", Retention, "How long records are kept, in milliseconds: twice the longest time that reading them may stand still.",
                [.. topics.Select(topic => new ReplacementTarget
                {
                    Select = new Selector { Kind = "KafkaTopic", Name = topic.Name }, FieldPaths = ["spec.config.[retention.ms]"],
                })]);
    }

    private static KafkaCluster Cluster(DataServer server, PublishTarget target) => new()
    {
        Metadata = ComponentObjects.Meta(server.Name, target),
        Spec = new KafkaClusterSpec
        {
            Kafka = new KafkaBrokers
            {
                Listeners = [new KafkaListener { Name = "plain", Port = server.Port, Type = "internal", Tls = false }],
                Config = new Dictionary<string, string>
                {
                    ["auto.create.topics.enable"] = "false",
                    ["default.replication.factor"] = Copies.ToString(CultureInfo.InvariantCulture),
                    ["min.insync.replicas"] = CopiesToAcknowledge,
                    ["offsets.topic.replication.factor"] = Copies.ToString(CultureInfo.InvariantCulture),
                    ["transaction.state.log.min.isr"] = CopiesToAcknowledge,
                    ["transaction.state.log.replication.factor"] = Copies.ToString(CultureInfo.InvariantCulture),
                    ["unclean.leader.election.enable"] = "false",
                },
                Rack = new KafkaRack { TopologyKey = Zone },
                Template = Pods(server, new V1TopologySpreadConstraint
                {
                    TopologyKey = Zone, MaxSkew = 1, WhenUnsatisfiable = "DoNotSchedule", LabelSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { [ClusterLabel] = server.Name } },
                    MatchLabelKeys = ["strimzi.io/pool-name"],
                }),
            },
            EntityOperator = new KafkaEntityOperator { TopicOperator = new KafkaTopicOperator { Resources = ServerResources.Of("100m", "512Mi") }, Template = Pods(server) },
        },
    };

    private static KafkaTemplate Pods(DataServer server, params V1TopologySpreadConstraint[] spread) => new()
    {
        Pod = new KafkaPodTemplate
        {
            Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { [DataServer.Label] = server.Name } },
            TopologySpreadConstraints = spread.Length > 0 ? [.. spread] : null,
        },
    };

    private static string PoolName(DataServer server, string role) => $"{server.Name}-{role}s";

    private static KafkaNodePool Pool(DataServer server, string role, KafkaVolume volume, V1ResourceRequirements resources, PublishTarget target) => new()
    {
        Metadata = InCluster(server, PoolName(server, role), target),
        Spec = new KafkaNodePoolSpec { Replicas = Copies, Roles = [role], Storage = new KafkaStorage { Type = "jbod", Volumes = [volume] }, Resources = resources },
    };

    private static KafkaVolume Volume(string size, PublishTarget target) => new()
    {
        Id = 0, Type = "persistent-claim", Size = size, Class = target.StorageClass, DeleteClaim = false, KraftMetadata = "shared",
    };

    // A record may go only after it was read, and never for another with its key.
    private static KafkaClusterTopic Topic(DataServer server, KafkaTopic topic, PublishTarget target) => new()
    {
        Metadata = InCluster(server, topic.Name, target),
        Spec = new KafkaTopicSpec
        {
            TopicName = topic.Name,
            Partitions = topic.Partitions,
            Replicas = Copies,
            Config = new Dictionary<string, string>
            {
                ["cleanup.policy"] = "delete", ["message.timestamp.type"] = "CreateTime", ["min.insync.replicas"] = CopiesToAcknowledge, ["retention.ms"] = Retention,
            },
        },
    };

    private static V1ObjectMeta InCluster(DataServer server, string name, PublishTarget target)
    {
        var meta = ComponentObjects.Meta(name, target);
        meta.Labels[ClusterLabel] = server.Name;
        return meta;
    }
}
