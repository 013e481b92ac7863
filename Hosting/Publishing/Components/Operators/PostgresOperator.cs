using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests.Custom;
using Aspire.Hosting.Publishing.Settings;

namespace Aspire.Hosting.Publishing.Components.Operators;

/// <summary>A PostgreSQL server as a CloudNativePG cluster: one that writes, two that follow, and its log in object storage.</summary>
internal static class PostgresOperator
{
    private const string Owner = "app";
    private const string Zone = "topology.kubernetes.io/zone";
    private const string AccessKeyId = "access-key-id";
    private const string SecretAccessKey = "secret-access-key";

    public static IEnumerable<(string Name, object Body)> Documents(DataServer server, PublishedSystem system)
    {
        yield return ("cluster", Cluster(server, system.Target));
        yield return ("scheduledbackup", new ScheduledBackup
        {
            Metadata = ComponentObjects.Meta(server.Name, system.Target),
            Spec = new ScheduledBackupSpec
            {
                Cluster = new NamedReference { Name = server.Name }, Schedule = "0 0 2 * * *", Method = "barmanObjectStore", BackupOwnerReference = "self", Immediate = true,
            },
        });
    }

    public static IEnumerable<Setting> Settings(DataServer server)
    {
        yield return Setting(server, "backup-path", "s3://backups", "Where base backups and the log go, in object storage", "spec.backup.barmanObjectStore.destinationPath");
        yield return Setting(server, "backup-endpoint", "https://s3.example.com", "The object storage's address", "spec.backup.barmanObjectStore.endpointURL");
        yield return Setting(server, "backup-retention", "30d", "How long backups are kept", "spec.backup.retentionPolicy");
        yield return Setting(server, "storage", "100Gi", "The volume of each instance; it can only grow", "spec.storage.size");
    }

    public static string Secrets(DataServer server, PublishTarget target) =>
        SecretCommand.NewPassword
        + $"kubectl -n {target.Namespace} create secret generic {server.Name} --type=kubernetes.io/basic-auth --from-literal=username={Owner} --from-literal=password=\"$PASSWORD\"\n"
        + SecretCommand.Create(target, BackupSecret(server), (AccessKeyId, "$S3_KEY_ID"), (SecretAccessKey, "$S3_KEY"))
        + string.Concat(server.Databases.Select(database => SecretCommand.Database(target, database, Host(server), server.Port.Text(), Owner, ";SSL Mode=Require")));

    // The operator's service that leads to the instance which writes.
    private static string Host(DataServer server) => $"{server.Name}-rw";

    private static string BackupSecret(DataServer server) => $"{server.Name}-backup-store";

    private static Setting Setting(DataServer server, string name, string value, string meaning, string path) => new(
        $"{server.Name}-{name}", value, $"{meaning} ({server.Name}).",
        [new ReplacementTarget { Select = new Selector { Kind = PostgresCluster.KindName, Name = server.Name }, FieldPaths = [path] }]);

    private static PostgresCluster Cluster(DataServer server, PublishTarget target) => new()
    {
        Metadata = ComponentObjects.Meta(server.Name, target),
        Spec = new PostgresClusterSpec
        {
            Instances = 3,
            InheritedMetadata = new PostgresInheritedMetadata { Labels = new Dictionary<string, string> { [DataServer.Label] = server.Name } },
            Affinity = new PostgresAffinity { PodAntiAffinityType = "required", TopologyKey = Zone },
            Bootstrap = new PostgresBootstrap
            {
                Initdb = new PostgresInit
                {
                    Database = server.Databases.Count > 0 ? server.Databases[0].Database : Owner,
                    Owner = Owner,
                    Secret = new NamedReference { Name = server.Name },
                    PostInitSQL = server.Databases.Count > 1 ? [.. server.Databases.Skip(1).Select(database => $"create database \"{database.Database}\" owner {Owner}")] : null,
                },
            },
            Postgresql = new PostgresSettings
            {
                Parameters = new Dictionary<string, string>
                {
                    ["max_connections"] = "300", ["max_wal_size"] = "8GB", ["shared_buffers"] = "2GB", ["wal_compression"] = "on",
                },
                // A commit is on two machines. Where only one is left, commits go on: stopping would not make them safer.
                Synchronous = new PostgresSynchronous { Method = "any", Number = 1, DataDurability = "preferred" },
            },
            Storage = new PostgresStorage { Size = "100Gi", StorageClass = target.StorageClass },
            WalStorage = new PostgresStorage { Size = "20Gi", StorageClass = target.StorageClass },
            Resources = ServerResources.Of("2", "8Gi"),
            Backup = new PostgresBackup
            {
                RetentionPolicy = "30d",
                BarmanObjectStore = new PostgresObjectStore
                {
                    DestinationPath = "s3://backups",
                    EndpointURL = "https://s3.example.com",
                    S3Credentials = new PostgresStoreCredentials
                    {
                        AccessKeyId = new SecretKey { Name = BackupSecret(server), Key = AccessKeyId },
                        SecretAccessKey = new SecretKey { Name = BackupSecret(server), Key = SecretAccessKey },
                    },
                    Data = new PostgresCompression { Compression = "gzip" },
                    Wal = new PostgresCompression { Compression = "gzip" },
                },
            },
        },
    };
}
