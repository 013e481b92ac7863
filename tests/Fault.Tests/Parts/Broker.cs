using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Servers.Kafka;
using CloudNative.Metering.Events;

namespace CloudNative.Fault.Tests.Parts;

/// <summary>A Kafka, and what can be done to it on either kind.</summary>
internal abstract class Broker : IAsyncDisposable
{
    protected static readonly string Topics = $"{UsageEventTopic.Name}:{UsageEventTopic.Partitions}:1";

    public abstract Part Process { get; }

    /// <summary>Bootstrap servers of the API, of the sinks, and of the test itself.</summary>
    public abstract (string Api, string Sink, string Test) Addresses { get; }

    /// <summary>The connections of the API and of the sinks; the same one where the broker knows one address only. None without a proxy.</summary>
    public IReadOnlyList<Link> Links { get; protected set; } = [];

    /// <summary>Whether a record that a producer sends again, because it saw no answer, is in the log once.</summary>
    public abstract bool KnowsRepeatedRecords { get; }

    public abstract Task StartAsync(Toxiproxy? proxy, CancellationToken cancellationToken);

    /// <summary>Nobody can reach it; what it acknowledged it keeps.</summary>
    public abstract Task GoDownAsync(CancellationToken cancellationToken);

    public abstract Task ComeUpAsync(CancellationToken cancellationToken);

    /// <summary>Every answer takes so much longer; 0 ends it.</summary>
    public abstract Task SlowDownAsync(int milliseconds, CancellationToken cancellationToken);

    /// <summary>The topic is deleted and made again.</summary>
    public abstract Task RecreateTopicAsync(CancellationToken cancellationToken);

    /// <summary>The partition's log starts at the offset.</summary>
    public abstract Task TrimAsync(int partition, long offset, CancellationToken cancellationToken);

    /// <summary>As it was at the start.</summary>
    public abstract Task HealAsync(CancellationToken cancellationToken);

    public virtual ValueTask DisposeAsync() => Process.DisposeAsync();

    protected static string Address(int port) => $"127.0.0.1:{port}";

    protected static KafkaOptions Options(LocalRun run, int port, Dictionary<string, string> variables) =>
        new(run.RunFolder("kafka"), port, new Dictionary<string, string>(variables) { [KafkaTopic.Variable] = Topics });
}
