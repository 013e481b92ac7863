using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.Servers.Kafka;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components.DataServices;

/// <summary>One pod that is a whole data server.</summary>
internal sealed record TrialServer(ServerPod Pod, string DataFolder)
{
    public const string ScriptFile = "databases.sql";
    private const string User = "app";
    private const int ControllerPort = 9093;

    /// <summary>SQL that runs once, when the data folder is new.</summary>
    public string? Script { get; init; }

    /// <summary>Shell lines that make the Secrets of the server and of its connections.</summary>
    public required Func<PublishTarget, string> Secrets { get; init; }

    public static TrialServer Of(DataServer server) => server.Kind switch
    {
        DataServerKind.Postgres => Postgres(server),
        DataServerKind.Redis => Redis(server),
        _ => Kafka(server),
    };

    private static TrialServer Postgres(DataServer server)
    {
        var script = string.Concat(server.Databases.Skip(1).Select(database => $"create database \"{database.Database}\";\n"));
        return new TrialServer(
            new ServerPod(server.Name, ServerImage.Postgres)
            {
                Cpu = "250m", Memory = "1Gi",
                Environment =
                [
                    ServerPod.Plain("POSTGRES_USER", User),
                    ServerPod.FromSecret("POSTGRES_PASSWORD", server.Name, SecretCommand.PasswordKey),
                    .. server.Databases.Take(1).Select(database => ServerPod.Plain("POSTGRES_DB", database.Database)),
                    ServerPod.Plain("PGDATA", "/var/lib/postgresql/data/pgdata"),
                ],
                Ports = [("postgres", server.Port)],
                EmptyFolders = ["/var/run/postgresql"],
                Volumes = script.Length == 0 ? [] : [new V1Volume { Name = "scripts", ConfigMap = new V1ConfigMapVolumeSource { Name = server.Name } }],
                Mounts = script.Length == 0 ? [] : [new V1VolumeMount { Name = "scripts", MountPath = "/docker-entrypoint-initdb.d", ReadOnlyProperty = true }],
                Probe = new V1Probe { Exec = new V1ExecAction { Command = ["pg_isready", "--username", User, "--host", "127.0.0.1"] } },
            },
            "/var/lib/postgresql/data")
        {
            Script = script.Length == 0 ? null : script,
            Secrets = target => SecretCommand.NewPassword
                + SecretCommand.Create(target, server.Name, (SecretCommand.PasswordKey, "$PASSWORD"))
                + string.Concat(server.Databases.Select(database => SecretCommand.Database(target, database, server.Name, server.Port.Text(), User))),
        };
    }

    private static TrialServer Redis(DataServer server) => new(
        new ServerPod(server.Name, ServerImage.Redis)
        {
            Cpu = "100m", Memory = "512Mi",
            // It is a cache: what does not fit goes. The shell keeps the password out of the manifest; other programs of the node can't see the arguments.
            Command = ["sh", "-c", "exec redis-server --appendonly yes --dir /data --maxmemory 384mb --maxmemory-policy allkeys-lru --requirepass \"$REDIS_PASSWORD\""],
            Environment = [ServerPod.FromSecret("REDIS_PASSWORD", server.Name, SecretCommand.PasswordKey)],
            Ports = [("redis", server.Port)],
            Probe = new V1Probe { Exec = new V1ExecAction { Command = ["sh", "-c", "REDISCLI_AUTH=\"$REDIS_PASSWORD\" redis-cli ping | grep -q PONG"] } },
        },
        "/data")
    {
        Secrets = target => SecretCommand.NewPassword + SecretCommand.Create(
            target, server.Name, (ValueWriter.ConnectionStringKey, $"{server.Name}:{server.Port},password=$PASSWORD"), (SecretCommand.PasswordKey, "$PASSWORD")),
    };

    private static TrialServer Kafka(DataServer server)
    {
        var self = $"{server.Name}-0.{server.Name}";
        return new TrialServer(
            new ServerPod(server.Name, ServerImage.Kafka)
            {
                Cpu = "250m", Memory = "1Gi",
                Environment =
                [
                    .. KafkaSettings(server, self).Concat(OfTheModel(server)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ServerPod.Plain(pair.Key, pair.Value)),
                ],
                Ports = [("kafka", server.Port)],
                EmptyFolders = ["/opt/kafka/config", "/opt/kafka/logs"],
                Probe = new V1Probe { TcpSocket = new V1TCPSocketAction { Port = "kafka" } },
            },
            "/var/lib/kafka/data")
        {
            Secrets = target => SecretCommand.Connection(target, server.Name, $"{server.Name}:{server.Port}"),
        };
    }

    private static Dictionary<string, string> KafkaSettings(DataServer server, string self) => new()
    {
        ["CLUSTER_ID"] = ClusterId(server),
        ["KAFKA_HEAP_OPTS"] = "-Xms512m -Xmx512m",
        ["KAFKA_NODE_ID"] = "0",
        ["KAFKA_PROCESS_ROLES"] = "broker,controller",
        ["KAFKA_CONTROLLER_LISTENER_NAMES"] = "CONTROLLER",
        // The controller is this pod: asked for by its own address, so that no name must be known before the pod is.
        ["KAFKA_CONTROLLER_QUORUM_VOTERS"] = $"0@127.0.0.1:{ControllerPort}",
        ["KAFKA_LISTENERS"] = $"PLAINTEXT://:{server.Port},CONTROLLER://127.0.0.1:{ControllerPort}",
        ["KAFKA_ADVERTISED_LISTENERS"] = $"PLAINTEXT://{self}:{server.Port}",
        ["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"] = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        ["KAFKA_LOG_DIRS"] = "/var/lib/kafka/data/log",
        ["KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR"] = "1",
        ["KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR"] = "1",
        ["KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"] = "1",
        ["KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS"] = "0",
    };

    // Other variables of the model set the broker's own properties; the topics are made by whoever needs them.
    private static IEnumerable<KeyValuePair<string, string>> OfTheModel(DataServer server) => server.Environment
        .Where(variable => variable.Name.StartsWith("KAFKA_", StringComparison.Ordinal) && variable.Name != KafkaTopic.Variable)
        .Select(variable => variable.Value is PublishedValue.Plain plain ? KeyValuePair.Create(variable.Name, plain.Text) : default)
        .Where(pair => pair.Key is not null);

    // An identity that stays as long as the name does: the volume belongs to it.
    private static string ClusterId(DataServer server) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(server.Name)).AsSpan(0, 16)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
