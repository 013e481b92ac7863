using System.Diagnostics.Metrics;
using System.Text;
using CloudNative.ApiService.Backlog;
using CloudNative.ApiService.Events;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.ServiceDefaults.Kafka;
using CloudNative.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>A request that ended may have records on their way: they keep their room in the backlog until the broker has answered, or they are given up.</summary>
public sealed class EventProducerTests : IAsyncDisposable
{
    private const int QueueEvents = 3;

    private readonly Ulid _tenantId = Ulid.NewUlid();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly LateBroker _broker;
    private readonly NpgsqlDataSource _database;
    private readonly ProducerPool _pool;
    private readonly EventBacklog _backlog;
    private readonly AcknowledgedEvents _acknowledged;
    private readonly EventProducer _producer;

    public EventProducerTests(TestApi api)
    {
        _broker = new LateBroker(api.Servers.Kafka);
        _database = NpgsqlDataSource.Create(api.Database);
        var meters = _services.GetRequiredService<IMeterFactory>();
        // Records wait longer than the test: only the broker ends it.
        var options = Options.Create(new EventProducerOptions { Timeout = Eventually.Deadline, QueueEvents = QueueEvents, Connections = 1 });
        _pool = new ProducerPool(
            new KafkaConnection(_broker.BootstrapServers), new KafkaStatistics(meters), options, NullLogger<ReplaceableProducer>.Instance);
        _backlog = new EventBacklog(meters, TimeProvider.System);
        _backlog.Open(UsageEventTopic.Partitions);
        LookAtEmptyLog();
        _backlog.Looked();
        _acknowledged = new AcknowledgedEvents(_database, TimeProvider.System);
        _producer = new EventProducer(
            _pool, _backlog, _acknowledged, options, TimeProvider.System, NullLogger<EventProducer>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _pool.Dispose();
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Proves("nothing of that request is ever reported as accepted")]
    [Fact]
    public async Task Publish_ClientThatWentAway_KeepsItsRoomUntilTheBrokerAnswered()
    {
        using var client = new CancellationTokenSource();
        var publishing = _producer.PublishAsync(_tenantId, Events(1), client.Token);
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publishing);

        await IsShutUntilAnsweredAsync(records: 1);
    }

    [Proves("nothing of that request is ever reported as accepted")]
    [Fact]
    public async Task Publish_QueueThatTakesSomeOfTheRecords_KeepsItsRoomUntilThoseAreAnswered()
    {
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => _producer.PublishAsync(_tenantId, Events(QueueEvents + 2), Cancellation));

        await IsShutUntilAnsweredAsync(QueueEvents + 2);
    }

    /// <summary>
    /// All is sent to one partition, which takes a second request only when nothing of the first is on its way. What was not answered with success is in no book, though the
    /// broker acknowledges it in the end.
    /// </summary>
    private async Task IsShutUntilAnsweredAsync(int records)
    {
        LookAtEmptyLog();
        await Assert.ThrowsAsync<BacklogFullException>(() => _producer.PublishAsync(_tenantId, Events(1), Cancellation));

        _broker.Answer();
        await Eventually.GetAsync(
            _ => Task.FromResult(_backlog.Partitions.Sum(partition => partition.Gate.Left.Records)), left => left == records, "the records are answered for");
        LookAtEmptyLog();
        _backlog.Looked();
        Assert.Equal(0, await ReportedAsync());
        await _producer.PublishAsync(_tenantId, Events(1), Cancellation);
        Assert.Equal(1, await ReportedAsync());
    }

    private async Task<long> ReportedAsync()
    {
        await _acknowledged.WriteAsync(Cancellation);
        await using var command = _database.CreateCommand("select coalesce(sum(events), 0)::bigint from acknowledged where tenant_id = $1");
        command.Parameters.AddWithValue(_tenantId.ToUuid());
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>As if all that came was counted at once. The largest request gets in, and nothing beside it.</summary>
    private void LookAtEmptyLog()
    {
        foreach (var partition in _backlog.Partitions)
            partition.Observe(first: 0, end: 0, ageShare: 0, recordBytes: 1, retentionBytes: 1, partition.Gate.Left);
    }

    private static IReadOnlyList<UsageEvent> Events(int count)
    {
        var events = Enumerable.Range(0, count).Select(i => $$"""{"specversion":"1.0","id":"{{i}}","source":"/s","type":"t","subject":"acme"}""");
        return UsageEventReader.Read(Encoding.UTF8.GetBytes($"[{string.Join(',', events)}]"), EventBody.Batch, []);
    }
}
