namespace Aspire.Hosting.Servers.Kafka;

/// <summary>A topic that exists from the start; written as the container images do: <c>name:partitions:replication,…</c>.</summary>
internal sealed record KafkaTopic(string Name, int Partitions)
{
    public const string Variable = "KAFKA_CREATE_TOPICS";

    /// <remarks>The replication factor may be left out; there is one broker, so it is always 1.</remarks>
    /// <exception cref="DistributedApplicationException">The text is not such a list.</exception>
    public static IReadOnlyList<KafkaTopic> ParseList(string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    private static KafkaTopic Parse(string text) =>
        text.Split(':') is [{ Length: > 0 } name, var count, ..] and { Length: <= 3 } && int.TryParse(count, out var partitions) && partitions > 0
            ? new KafkaTopic(name, partitions)
            : throw new DistributedApplicationException($"{Variable} has '{text}', which is not 'name:partitions:replication'.");

    public override string ToString() => $"{Name}:{Partitions}:1";
}
