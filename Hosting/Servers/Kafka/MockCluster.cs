using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>librdkafka's cluster of one broker within this process.</summary>
internal sealed class MockCluster : IDisposable
{
    private const int Broker = 1;
    private const int NoBroker = -1;
    private const int ErrorBytes = 512;

    private readonly nint _client;
    private readonly nint _cluster;

    private MockCluster(nint client, nint cluster)
    {
        _client = client;
        _cluster = cluster;
        Listener = IPEndPoint.Parse(Marshal.PtrToStringUTF8(Librdkafka.Bootstraps(cluster))!);
    }

    /// <summary>Where the broker listens.</summary>
    public IPEndPoint Listener { get; }

    public static MockCluster Start()
    {
        Span<byte> error = stackalloc byte[ErrorBytes];
        var configuration = Librdkafka.NewConfiguration();
        // Warnings and worse: without a broker to connect to, the client that hosts the cluster has a notice to give.
        Librdkafka.Configure(configuration, "log_level", "4", error, ErrorBytes);
        var client = Librdkafka.New(Librdkafka.Producer, configuration, error, ErrorBytes);
        if (client == 0)
            throw new InvalidOperationException($"librdkafka can't start: {Encoding.UTF8.GetString(error).TrimEnd('\0')}");

        var cluster = Librdkafka.NewCluster(client, brokers: 1);
        if (cluster == 0)
            throw new InvalidOperationException("librdkafka can't start its cluster.");

        // Its default of 3 s is meant for groups whose members come one by one.
        Librdkafka.SetInitialRebalanceDelay(cluster, 0);
        // It names none by itself, and clients wait for one before they ask about the cluster.
        Check(Librdkafka.SetController(cluster, Broker));
        return new MockCluster(client, cluster);
    }

    /// <summary>What clients are told to connect to.</summary>
    public void Advertise(string host, int port) => Librdkafka.SetAdvertised(_cluster, Broker, host, port);

    public void CreateTopic(KafkaTopic topic) => Check(Librdkafka.CreateTopic(_cluster, topic.Name, topic.Partitions, replication: 1));

    public void DeleteTopic(string name) => Check(Librdkafka.DeleteTopic(_cluster, name));

    /// <summary>Moves the start of a partition's log, as retention does.</summary>
    public void DeleteRecords(string topic, int partition, long beforeOffset) =>
        Check(Librdkafka.DeleteRecords(_cluster, topic, partition, beforeOffset));

    public void SetLeader(string topic, int partition, bool isLed) =>
        Check(Librdkafka.SetLeader(_cluster, topic, partition, isLed ? Broker : NoBroker));

    public void SetDown() => Check(Librdkafka.SetDown(_cluster, Broker));

    public void SetUp() => Check(Librdkafka.SetUp(_cluster, Broker));

    /// <summary>Delays every answer.</summary>
    public void SetRoundTrip(int milliseconds) => Check(Librdkafka.SetRoundTrip(_cluster, Broker, milliseconds));

    /// <summary>Answers the next requests of one kind with an error.</summary>
    public void FailRequests(short api, int error, int count) =>
        Librdkafka.PushErrors(_cluster, api, (nuint)count, Enumerable.Repeat(error, count).ToArray());

    public void ClearFailures(short api) => Librdkafka.ClearErrors(_cluster, api);

    public void Dispose()
    {
        Librdkafka.DestroyCluster(_cluster);
        Librdkafka.Destroy(_client);
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException($"librdkafka says: {Marshal.PtrToStringUTF8(Librdkafka.ErrorText(error))}");
    }
}
