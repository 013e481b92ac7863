using System.Reflection;
using System.Runtime.InteropServices;
using CloudNative.Bench.Load;
using CloudNative.Bench.Servers;
using Npgsql;

namespace CloudNative.Bench.Harness;

/// <summary>All that a figure depends on and does not say.</summary>
/// <param name="Settings">Name and value, in the order to be shown.</param>
internal sealed record Conditions(IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    private static readonly string[] PostgresSettings =
        ["server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size"];

    /// <summary>How this program and, with it, the services were built; the full sizes take <c>Release</c> only.</summary>
    public static string? Build => typeof(Conditions).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration;

    public static async Task<Conditions> ReadAsync(Workbench bench, bool isQuick, CancellationToken cancellationToken)
    {
        var machine = Machine.Read();
        var payload = BenchEvent.Of(0, bench.Clock.GetUtcNow()).Json.Length;
        return new Conditions(
        [
            new("at", bench.Clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", null)),
            new("machine", $"{machine.Processor}, {machine.Cores} cores, {machine.MemoryGiB:0.0} GiB, {machine.Kernel}; load {machine.LoadAverage}"),
            new(".NET", $"{RuntimeInformation.FrameworkDescription}, {Build}"),
            new("PostgreSQL", await PostgresAsync(bench.Servers, cancellationToken)),
            new("broker", $"{bench.Broker.Description}; acks=all, idempotent, lz4; 12 partitions"),
            new("clients", $"librdkafka {Confluent.Kafka.Library.VersionString}, Npgsql {Version(typeof(NpgsqlConnection))}"),
            new("events", $"{payload} bytes, {BenchEvent.Subjects:N0} subjects, a SUM meter with two dimensions"),
            new("rounds", $"{bench.Sizes.Rounds} of A-B{(isQuick ? " (quick: sizes too small to judge by)" : "")}"),
        ]);
    }

    private static async Task<string> PostgresAsync(DataServers servers, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(servers.Postgres);
        await connection.OpenAsync(cancellationToken);
        var values = new List<string>();
        foreach (var setting in PostgresSettings)
        {
            await using var show = new NpgsqlCommand($"show {setting}", connection);
            values.Add($"{setting}={await show.ExecuteScalarAsync(cancellationToken)}");
        }

        return string.Join(", ", values);
    }

    private static string Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
