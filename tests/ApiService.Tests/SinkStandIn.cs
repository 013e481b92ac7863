using System.Text;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using CloudNative.Metering.Validation;
using Confluent.Kafka;
using Npgsql;

namespace CloudNative.ApiService.Tests;

/// <summary>Does for one tenant what the ingest service does for all: takes the tenant's records from the log and hands them to the store.</summary>
internal sealed class SinkStandIn : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 30, TimeSpan.Zero);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TestApi _api;
    private readonly Ulid _tenantId;
    private readonly NpgsqlDataSource _source;
    private readonly UsageEventStore _store;
    private readonly HashSet<TopicPartitionOffset> _taken = [];

    private SinkStandIn(TestApi api, Ulid tenantId)
    {
        (_api, _tenantId) = (api, tenantId);
        _source = NpgsqlDataSource.Create(api.Database);
        _store = new UsageEventStore(_source, new StoredKeys(SegmentPolicy.Default));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public int StreamId { get; private set; }

    /// <summary>On a stream of its own, as if the tenant had its own topic.</summary>
    public static async Task<SinkStandIn> OpenAsync(TestApi api, Ulid tenantId)
    {
        var sink = new SinkStandIn(api, tenantId);
        sink.StreamId = await IngestOffsets.OpenStreamAsync(sink._source, new StreamIdentity("usage-events", tenantId.ToString()), true, Token);
        return sink;
    }

    /// <summary>Stores values as if they stood in the log: events where they are, dead letters where they are none.</summary>
    public async Task<StoreResult> StoreAsync(params string[] values) =>
        await StoreAsync(Noon, [.. values.Select(value => Encoding.UTF8.GetBytes(value))]);

    public async Task<StoreResult> StoreAsync(DateTimeOffset ingestedAt, params byte[][] values)
    {
        var claim = await IngestOffsets.TakeOverAsync(_source, StreamId, 0, 0, 0, Token);
        var records = values.Select((value, i) => Read(claim.NextOffset + i, ingestedAt, value)).ToList();
        return await _store.StoreAsync([new PartitionBatch(claim, claim.NextOffset + records.Count, records)], Token);
    }

    /// <summary>Stores the tenant's records that are new in the real log.</summary>
    public async Task<StoreResult> DrainAsync()
    {
        var records = Take().ToList();
        var claim = await IngestOffsets.TakeOverAsync(_source, StreamId, 0, 0, 0, Token);
        var numbered = records.Select((record, i) => Read(claim.NextOffset + i, record.Message.Timestamp.UtcDateTime, record.Message.Value)).ToList();
        return await _store.StoreAsync([new PartitionBatch(claim, claim.NextOffset + numbered.Count, numbered)], Token);
    }

    public async ValueTask DisposeAsync() => await _source.DisposeAsync();

    private IngestRecord Read(long offset, DateTimeOffset ingestedAt, byte[] value)
    {
        var errors = new List<FieldError>();
        var events = UsageEventReader.Read(value, EventBody.One, errors);
        var record = new IngestRecord(offset, ingestedAt, _tenantId, value);
        return errors.Count == 0
            ? record with { Event = events[0] }
            : record with { Rejection = new Rejection(DeadLetterReason.InvalidEvent, string.Join(' ', errors.Select(error => error.Message))) };
    }

    private IEnumerable<ConsumeResult<byte[], byte[]>> Take()
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = _api.Servers.Kafka,
            GroupId = $"test-{Guid.NewGuid():N}",
            EnableAutoCommit = false,
        }).Build();
        var partitions = Enumerable.Range(0, UsageEventTopic.Partitions).Select(partition => new TopicPartition(UsageEventTopic.Name, partition)).ToList();

        // Tests beside this one write meanwhile: each partition is read as far as it reached now.
        var unread = partitions.Select(partition => (Partition: partition, Log: consumer.QueryWatermarkOffsets(partition, Patience)))
            .Where(read => read.Log.High > read.Log.Low)
            .ToDictionary(read => read.Partition, read => read.Log.High);
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        while (unread.Count > 0 && consumer.Consume(Patience) is { } record)
        {
            if (unread.TryGetValue(record.TopicPartition, out var end) && record.Offset >= end - 1)
                unread.Remove(record.TopicPartition);
            if (record.Message.Headers.TryGetLastBytes(EventRecord.TenantHeader, out var tenant)
                && EventRecord.TryReadTenant(tenant, out var tenantId) && tenantId == _tenantId && _taken.Add(record.TopicPartitionOffset))
                yield return record;
        }
    }
}
