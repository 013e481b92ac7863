using Confluent.Kafka;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>Where the Kafka cluster is, and how to get in.</summary>
/// <param name="BootstrapServers"><c>host:port</c>, several separated by commas.</param>
public sealed record KafkaConnection(string BootstrapServers)
{
    private static readonly string[] Prefixes = ["security.", "sasl.", "ssl."];

    private IReadOnlyDictionary<string, string> Security { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The servers, and behind them what they want to know, as librdkafka calls it:
    /// <c>host:9096;security.protocol=SASL_SSL;sasl.mechanism=SCRAM-SHA-512;sasl.username=app;sasl.password=…</c>. No other settings than those of encryption and
    /// sign-in are taken, and no value holds a semicolon.
    /// </summary>
    /// <exception cref="FormatException">It is something else. The message holds no value.</exception>
    public static KafkaConnection Parse(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);

        var parts = connectionString.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts[0].Contains('=', StringComparison.Ordinal))
            throw new FormatException("It must begin with the servers: host:port, several separated by commas.");
        return new KafkaConnection(parts[0]) { Security = parts.Skip(1).Select(ParseSetting).ToDictionary(StringComparer.Ordinal) };
    }

    /// <summary>Makes a client's configuration one for this cluster.</summary>
    public T Configure<T>(T config)
        where T : ClientConfig
    {
        ArgumentNullException.ThrowIfNull(config);

        config.BootstrapServers = BootstrapServers;
        foreach (var (name, value) in Security)
            config.Set(name, value);
        return config;
    }

    private static KeyValuePair<string, string> ParseSetting(string text, int number)
    {
        // The first = ends the name: passwords hold others.
        var end = text.IndexOf('=', StringComparison.Ordinal);
        var name = end < 0 ? "" : text[..end].Trim();
        return Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal))
            ? KeyValuePair.Create(name, text[(end + 1)..])
            : throw new FormatException($"Part {number + 2} must be name=value with a name that begins with {string.Join(" or ", Prefixes)}.");
    }
}
