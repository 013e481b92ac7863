using System.Text.Json.Serialization;

namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>The part of librdkafka's statistics report (STATISTICS.md there) that becomes metrics.</summary>
internal sealed record KafkaClientStatistics
{
    [JsonPropertyName("client_id")]
    public string ClientId { get; init; } = "";

    [JsonPropertyName("txmsgs")]
    public long SentMessages { get; init; }

    [JsonPropertyName("txmsg_bytes")]
    public long SentBytes { get; init; }

    [JsonPropertyName("rxmsgs")]
    public long ReceivedMessages { get; init; }

    [JsonPropertyName("rxmsg_bytes")]
    public long ReceivedBytes { get; init; }

    [JsonPropertyName("msg_cnt")]
    public long QueuedMessages { get; init; }

    [JsonPropertyName("msg_size")]
    public long QueuedBytes { get; init; }

    [JsonPropertyName("brokers")]
    public Dictionary<string, Broker> Brokers { get; init; } = [];

    [JsonPropertyName("topics")]
    public Dictionary<string, Topic> Topics { get; init; } = [];

    [JsonPropertyName("cgrp")]
    public ConsumerGroup? Group { get; init; }

    [JsonIgnore]
    public long ConnectedBrokers => Brokers.Values.Count(broker => broker is { NodeId: >= 0, State: "UP" });

    internal sealed record Broker(
        [property: JsonPropertyName("nodeid")] int NodeId,
        [property: JsonPropertyName("state")] string State,
        [property: JsonPropertyName("rtt")] Window? RoundTrip);

    internal sealed record Window([property: JsonPropertyName("p99")] long P99Microseconds);

    internal sealed record Total([property: JsonPropertyName("sum")] long Sum);

    /// <param name="Name">The topic.</param>
    /// <param name="BatchBytes">Of the last interval: bytes of all record batches, as they stand in the log.</param>
    /// <param name="BatchRecords">Of the last interval: records in those batches.</param>
    /// <param name="Partitions">By number.</param>
    internal sealed record Topic(
        [property: JsonPropertyName("topic")] string Name,
        [property: JsonPropertyName("batchsize")] Total? BatchBytes,
        [property: JsonPropertyName("batchcnt")] Total? BatchRecords,
        [property: JsonPropertyName("partitions")] Dictionary<string, Partition> Partitions);

    /// <param name="Id">-1 is librdkafka's own queue of messages without a partition.</param>
    /// <param name="Lag">-1 when not known yet.</param>
    internal sealed record Partition(
        [property: JsonPropertyName("partition")] int Id,
        [property: JsonPropertyName("consumer_lag")] long Lag);

    internal sealed record ConsumerGroup([property: JsonPropertyName("rebalance_cnt")] long Rebalances);
}

[JsonSerializable(typeof(KafkaClientStatistics))]
internal sealed partial class KafkaStatisticsJson : JsonSerializerContext;
