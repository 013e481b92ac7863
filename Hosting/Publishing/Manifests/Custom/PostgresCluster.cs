using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests.Custom;

/// <summary>CloudNativePG's Cluster, as far as it is used.</summary>
internal sealed record PostgresCluster
{
    public const string KindName = "Cluster";

    public string ApiVersion { get; init; } = "postgresql.cnpg.io/v1";

    public string Kind { get; init; } = KindName;

    public required V1ObjectMeta Metadata { get; init; }

    public required PostgresClusterSpec Spec { get; init; }
}

internal sealed record PostgresClusterSpec
{
    public required int Instances { get; init; }

    /// <summary>Of everything that the operator makes for it.</summary>
    public required PostgresInheritedMetadata InheritedMetadata { get; init; }

    public required PostgresAffinity Affinity { get; init; }

    public required PostgresBootstrap Bootstrap { get; init; }

    public required PostgresSettings Postgresql { get; init; }

    public required PostgresStorage Storage { get; init; }

    public required PostgresStorage WalStorage { get; init; }

    public required V1ResourceRequirements Resources { get; init; }

    public required PostgresBackup Backup { get; init; }
}

internal sealed record PostgresInheritedMetadata
{
    public required IDictionary<string, string> Labels { get; init; }
}

internal sealed record PostgresAffinity
{
    public required string PodAntiAffinityType { get; init; }

    public required string TopologyKey { get; init; }
}

internal sealed record PostgresBootstrap
{
    public required PostgresInit Initdb { get; init; }
}

internal sealed record PostgresInit
{
    public required string Database { get; init; }

    public required string Owner { get; init; }

    public required NamedReference Secret { get; init; }

    public IList<string>? PostInitSQL { get; init; }
}

internal sealed record PostgresSettings
{
    public required IDictionary<string, string> Parameters { get; init; }

    public required PostgresSynchronous Synchronous { get; init; }
}

/// <summary>A commit waits for so many replicas.</summary>
internal sealed record PostgresSynchronous
{
    public required string Method { get; init; }

    public required int Number { get; init; }

    public required string DataDurability { get; init; }
}

internal sealed record PostgresStorage
{
    public required string Size { get; init; }

    public string? StorageClass { get; init; }
}

internal sealed record PostgresBackup
{
    public required string RetentionPolicy { get; init; }

    public required PostgresObjectStore BarmanObjectStore { get; init; }
}

internal sealed record PostgresObjectStore
{
    public required string DestinationPath { get; init; }

    public required string EndpointURL { get; init; }

    public required PostgresStoreCredentials S3Credentials { get; init; }

    public required PostgresCompression Data { get; init; }

    public required PostgresCompression Wal { get; init; }
}

internal sealed record PostgresStoreCredentials
{
    public required SecretKey AccessKeyId { get; init; }

    public required SecretKey SecretAccessKey { get; init; }
}

internal sealed record PostgresCompression
{
    public required string Compression { get; init; }
}

/// <summary>CloudNativePG's ScheduledBackup.</summary>
internal sealed record ScheduledBackup
{
    public string ApiVersion { get; init; } = "postgresql.cnpg.io/v1";

    public string Kind { get; init; } = "ScheduledBackup";

    public required V1ObjectMeta Metadata { get; init; }

    public required ScheduledBackupSpec Spec { get; init; }
}

internal sealed record ScheduledBackupSpec
{
    public required NamedReference Cluster { get; init; }

    /// <summary>Cron with seconds first.</summary>
    public required string Schedule { get; init; }

    public required string Method { get; init; }

    public required string BackupOwnerReference { get; init; }

    public required bool Immediate { get; init; }
}

internal sealed record NamedReference
{
    public required string Name { get; init; }
}

internal sealed record SecretKey
{
    public required string Name { get; init; }

    public required string Key { get; init; }
}
