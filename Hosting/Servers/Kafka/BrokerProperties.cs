using System.Text;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>The properties file of one KRaft node on loopback, broker and controller at once.</summary>
internal static class BrokerProperties
{
    private const string Prefix = "KAFKA_";

    // The images' own variables, which are no broker properties.
    private static readonly string[] NotProperties =
        [KafkaTopic.Variable, "KAFKA_HEAP_OPTS", "KAFKA_OPTS", "KAFKA_JVM_PERFORMANCE_OPTS", "KAFKA_LOG4J_OPTS", "KAFKA_GC_LOG_OPTS"];

    public static string Render(int port, int controllerPort, string dataFolder, IReadOnlyDictionary<string, string> environment)
    {
        var properties = Defaults(port, controllerPort, dataFolder);
        foreach (var (variable, value) in environment)
        {
            if (variable.StartsWith(Prefix, StringComparison.Ordinal) && !NotProperties.Contains(variable))
                properties[PropertyName(variable)] = value;
        }

        return string.Concat(properties.Select(property => $"{property.Key}={Escape(property.Value)}\n"));
    }

    // The container images' rule: KAFKA_X_Y is x.y, two underscores are one, three are a hyphen.
    private static string PropertyName(string variable) =>
        variable[Prefix.Length..].ToLowerInvariant().Replace("___", "-").Replace("__", "\0").Replace('_', '.').Replace('\0', '_');

    // The quorum is static (voters by address, not in the log): the ports may be others at the next start with the same data.
    private static Dictionary<string, string> Defaults(int port, int controllerPort, string dataFolder) => new()
    {
        ["process.roles"] = "broker,controller",
        ["node.id"] = "1",
        ["controller.quorum.voters"] = $"1@127.0.0.1:{controllerPort}",
        ["listeners"] = $"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controllerPort}",
        ["advertised.listeners"] = $"PLAINTEXT://127.0.0.1:{port}",
        ["controller.listener.names"] = "CONTROLLER",
        ["listener.security.protocol.map"] = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        ["inter.broker.listener.name"] = "PLAINTEXT",
        ["log.dirs"] = dataFolder,
        ["auto.create.topics.enable"] = "false",
        ["offsets.topic.num.partitions"] = "4",
        ["offsets.topic.replication.factor"] = "1",
        ["transaction.state.log.num.partitions"] = "4",
        ["transaction.state.log.replication.factor"] = "1",
        ["transaction.state.log.min.isr"] = "1",
        ["share.coordinator.state.topic.replication.factor"] = "1",
        ["share.coordinator.state.topic.min.isr"] = "1",
        ["group.initial.rebalance.delay.ms"] = "0",
        // A node that was killed may register again after this long; the default of 9 s would delay the next start.
        ["broker.session.timeout.ms"] = "3000",
        ["broker.heartbeat.interval.ms"] = "500",
    };

    // Java's rules for a properties file.
    private static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length);
        foreach (var character in value)
            escaped.Append(character switch
            {
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                > '~' => $@"\u{(int)character:x4}",
                _ => character.ToString(),
            });
        return escaped.ToString();
    }
}
