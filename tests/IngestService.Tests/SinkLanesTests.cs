using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudNative.IngestService.Tests;

public sealed class SinkLanesTests : IAsyncDisposable
{
    private const long Budget = 32 * 1024 * 1024;
    private const int RecordBytes = 100_000;

    // Nothing is stored here.
    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(12)]
    [InlineData(64)]
    public void IsFull_AnyNumberOfLanes_TogetherTheyHoldNoMoreThanOneBudget(int lanes)
    {
        var options = Options.Create(new IngestOptions { Lanes = lanes });
        var sink = new EventSink(
            new UsageEventStore(_database, new StoredKeys(SegmentPolicy.Default)), new IngestProgress(TimeProvider.System, options), TimeProvider.System,
            NullLogger<EventSink>.Instance);
        var all = new SinkLanes(options, () => new SinkLane(sink, metrics: null!, TimeProvider.System));
        for (var partition = 0; partition < lanes; partition++)
            all.Owning(partition).Assign(new PartitionClaim(1, partition, 1, 0));

        var records = 0;
        for (; !all.IsFull; records++)
            all.Add(Record(records % lanes, records / lanes));

        // The last one may go beyond, and only of that lane which it fills.
        Assert.InRange((records - 1) * (long)RecordBytes, 0, Budget);
        Assert.InRange(records, 2, int.MaxValue);
        Assert.InRange(Enumerable.Range(0, lanes).Sum(partition => all.Owning(partition).WaitingBytes), RecordBytes, Budget + 2 * RecordBytes);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static ConsumeResult<byte[], byte[]> Record(int partition, long offset) => new()
    {
        TopicPartitionOffset = new TopicPartitionOffset(UsageEventTopic.Name, partition, offset),
        Message = new Message<byte[], byte[]> { Value = new byte[RecordBytes], Headers = [], Timestamp = new Timestamp(0, TimestampType.CreateTime) },
    };
}
