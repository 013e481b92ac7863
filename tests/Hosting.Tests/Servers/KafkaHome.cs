using Aspire.Hosting.Servers.Kafka;

namespace CloudNative.Hosting.Tests.Servers;

/// <summary>An Apache Kafka for the tests that want a real broker: CLOUDNATIVE_KAFKA_HOME, else shared/kafka beside the repository.</summary>
internal static class KafkaHome
{
    public static async Task<(KafkaDistribution Distribution, Java Java)> FindOrSkipAsync(CancellationToken cancellationToken)
    {
        var distribution = KafkaDistribution.Named() ?? BesideTheRepository();
        Assert.SkipWhen(distribution is null, $"No Apache Kafka: {KafkaDistribution.HomeVariable} is not set, and there is no ../shared/kafka.");
        var java = await Java.FindAsync(cancellationToken);
        Assert.SkipWhen(java is null, $"No Java {Java.OldestMajorVersion} or newer.");
        return (distribution!, java!);
    }

    private static KafkaDistribution? BesideTheRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "kafka");
            if (Directory.Exists(Path.Combine(candidate, "libs")))
                return KafkaDistribution.At(candidate);
        }

        return null;
    }
}
