namespace Aspire.Hosting.Servers.Kafka;

/// <summary>What a Kafka broker is started with.</summary>
/// <param name="RunFolder">The server's folder within the run's temporary folder.</param>
/// <param name="Port">The port on 127.0.0.1 that clients use.</param>
/// <param name="Environment">
/// The resource's variables: <c>KAFKA_CREATE_TOPICS</c> lists topics; with Apache Kafka any other <c>KAFKA_X_Y</c> sets the broker property <c>x.y</c>.
/// </param>
internal sealed record KafkaOptions(string RunFolder, int Port, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>A folder that outlives the run; null keeps the data in the run's folder. Only Apache Kafka keeps data.</summary>
    public string? DataFolder { get; init; }

    /// <summary>
    /// The port on 127.0.0.1 that the in-memory cluster sends its clients to, where something stands in between; null means <see cref="Port"/>.
    /// Apache Kafka has variables for that.
    /// </summary>
    public int? AdvertisedPort { get; init; }

    public IReadOnlyList<KafkaTopic> Topics => KafkaTopic.ParseList(Environment.GetValueOrDefault(KafkaTopic.Variable));
}
