namespace Aspire.Hosting.Servers.Kafka;

/// <summary>The folder of an Apache Kafka distribution.</summary>
internal sealed record KafkaDistribution(string Home)
{
    public const string HomeVariable = "CLOUDNATIVE_KAFKA_HOME";

    public string ClassPath => Path.Combine(Home, "libs", "*");

    /// <summary>The distribution that the environment names; null when it names none.</summary>
    /// <exception cref="DistributedApplicationException">The named folder is no distribution.</exception>
    public static KafkaDistribution? Named() => Environment.GetEnvironmentVariable(HomeVariable) is { Length: > 0 } home ? At(home) : null;

    public static KafkaDistribution At(string home) =>
        Directory.Exists(Path.Combine(home, "libs"))
            ? new KafkaDistribution(Path.GetFullPath(home))
            : throw new DistributedApplicationException(
                $"{HomeVariable} is '{home}', and that is not an Apache Kafka distribution: it has no folder 'libs'. "
                + "Correct it, or unset it to use the in-memory cluster.");
}
