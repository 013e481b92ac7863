using System.Diagnostics;
using System.Text;
using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CloudNative.IngestService.Tests;

/// <summary>The whole consumer against a broker and a database: partitions come and go, and each event counts once.</summary>
public sealed class EventConsumerTests(TestServers servers)
{
    private const int Events = 200;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LongAgo = SegmentPolicy.Default.DedupeWindow + TimeSpan.FromDays(1);

    /// <summary>Partitions that had an owner before, and take-overs that wait for what that one has locked.</summary>
    private const string TakenOverSql = """
        select (select count(*) from ingest_offsets where epoch > 1)
             + (select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into ingest_offsets%')
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Consume_EventsSentBeforeItsFirstStart_AreCountedAndItIsReady()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        Send(database.TenantId, 0, Events);
        using var consumer = await StartAsync(database);
        await UntilStoredAsync(database, Events);
        await AssertReadyAsync(consumer);
        await consumer.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Consume_EventsOneByOne_SharesTransactions()
    {
        var interval = TimeSpan.FromSeconds(1);
        await using var database = await IngestDatabase.CreateAsync(servers);
        using var consumer = await StartAsync(database, ("Ingest:BatchInterval", $"{interval}"), ("Ingest:Lanes", "1"));
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Events / 10; i++)
        {
            Send(database.TenantId, i, 1);
            await Task.Delay(interval / 10, Cancellation);
        }

        await UntilStoredAsync(database, Events / 10);
        var most = 1 + Math.Ceiling(Stopwatch.GetElapsedTime(started) / interval);
        var transactions = await database.ScalarAsync("select count(distinct xmin::text) from usage_events");
        Assert.True(transactions <= most, $"{transactions} transactions, and {most} may begin in that time.");
        await consumer.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Consume_MarkOfAForeignTransaction_DoesNotWait()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        using var consumer = await StartAsync(database);
        var progress = consumer.Services.GetRequiredService<IngestProgress>();
        Send(database.TenantId, 0, Events, isTransaction: true);
        await UntilStoredAsync(database, Events);

        var partitions = Enumerable.Range(0, UsageEventTopic.Partitions).ToList();
        await consumer.Services.GetRequiredService<EventStream>().OpenAsync(partitions, Cancellation).WaitAsync(Deadline, Cancellation);
        await Eventually.GetAsync(_ => Task.FromResult(progress.Lag), lag => lag == 0, "nothing waits");
        await consumer.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Look_RecordsThatNoFetchShowed_WaitByTheBrokersWord()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        Send(database.TenantId, 0, Events);
        using var host = Build(database);
        var progress = host.Services.GetRequiredService<IngestProgress>();
        var partitions = Enumerable.Range(0, UsageEventTopic.Partitions).ToList();

        await host.Services.GetRequiredService<EventStream>().OpenAsync(partitions, Cancellation).WaitAsync(Deadline, Cancellation);
        foreach (var partition in partitions)
            progress.Observe(partition, nextOffset: 0, Offset.Unset.Value);

        Assert.True(progress.Lag >= Events, $"{progress.Lag} of {Events} records are known to wait.");
    }

    [Fact]
    public async Task Look_NothingToReadAfterAFailure_MakesItReadyAgain()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        using var consumer = await StartAsync(database, ("Ingest:StallAfter", "00:00:01"));
        Send(database.TenantId, 0, Events);
        await UntilStoredAsync(database, Events);
        var health = consumer.Services.GetRequiredService<HealthCheckService>();
        var progress = consumer.Services.GetRequiredService<IngestProgress>();

        await Eventually.GetAsync(FailAsync, status => status == HealthStatus.Unhealthy, "not ready after a failure that lasts");
        await Eventually.GetAsync(CheckAsync, status => status == HealthStatus.Healthy, "ready when the broker has answered again");
        await consumer.StopAsync(Cancellation);

        Task<HealthStatus> FailAsync(CancellationToken token)
        {
            // A look in between takes it for over.
            progress.Failed("a broker was away");
            return CheckAsync(token);
        }

        async Task<HealthStatus> CheckAsync(CancellationToken token) => (await health.CheckHealthAsync(token)).Entries["progress"].Status;
    }

    [Fact]
    public async Task Consume_PartitionsTakenOverByAStranger_AreTakenBackAndEachEventCountsOnce()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        using var consumer = await StartAsync(database);
        Send(database.TenantId, 0, Events);
        await UntilStoredAsync(database, Events);

        var stream = (int)await database.ScalarAsync("select max(id) from ingest_streams");
        for (var partition = 0; partition < UsageEventTopic.Partitions; partition++)
            await IngestOffsets.TakeOverAsync(database.Source, stream, partition, 0, 0, Cancellation);
        Send(database.TenantId, Events, Events);

        await UntilStoredAsync(database, 2 * Events);
        Assert.Equal(0, await database.ScalarAsync("select sum(duplicates) from ledger"));
        await AssertReadyAsync(consumer);
        await consumer.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Consume_SecondConsumerJoinsAndTheFirstLeaves_EachEventCountsOnce()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        using var first = await StartAsync(database);
        Send(database.TenantId, 0, Events);
        await UntilStoredAsync(database, Events);
        using var second = await StartAsync(database);
        Send(database.TenantId, Events, Events);
        await UntilStoredAsync(database, 2 * Events);
        await first.StopAsync(Cancellation);
        Send(database.TenantId, 2 * Events, Events);

        await UntilStoredAsync(database, 3 * Events);
        Assert.Equal(0, await database.ScalarAsync("select sum(duplicates) from ledger"));
        await second.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Consume_PartitionsThatAreLostWhileTheyArePausedAndComeBack_AreCountedOn()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        using var first = await StartAsync(database, ("Ingest:MaxBatchRecords", "1"), ("Ingest:Lanes", "1"));
        Send(database.TenantId, 0, Events);
        await UntilStoredAsync(database, Events);
        IHost second;
        await using (var books = await database.Source.OpenConnectionAsync(Cancellation))
        {
            // Its transaction waits for them, so it is full soon, and pauses.
            await using var hold = new NpgsqlCommand("begin; lock table ledger in exclusive mode", books);
            await hold.ExecuteNonQueryAsync(Cancellation);
            Send(database.TenantId, Events, Events);
            second = await StartAsync(database);
            await Eventually.GetAsync(_ => database.ScalarAsync(TakenOverSql), taken => taken > 0, "the second consumer takes partitions over", Deadline);
            await using var release = new NpgsqlCommand("rollback", books);
            await release.ExecuteNonQueryAsync(Cancellation);
        }

        await UntilStoredAsync(database, 2 * Events);
        await second.StopAsync(Cancellation);
        second.Dispose();
        Send(database.TenantId, 2 * Events, Events);

        await UntilStoredAsync(database, 3 * Events);
        await first.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData("next_offset = 1000000", false, HealthStatus.Unhealthy)]
    [InlineData("next_offset = 1000000", true, HealthStatus.Healthy)]
    // The log holds another record where this one was counted.
    [InlineData("last_hash = last_hash + 1", false, HealthStatus.Unhealthy)]
    [InlineData("last_hash = last_hash + 1", true, HealthStatus.Healthy)]
    public async Task Consume_OnePartitionsLogWasCut_StopsThatPartitionAloneUnlessTheLossIsAccepted(string asIf, bool accept, HealthStatus expected)
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        Send(database.TenantId, 0, Events, age: LongAgo + TimeSpan.FromDays(1));
        using (var first = await StartAsync(database))
        {
            await UntilStoredAsync(database, Events);
            await first.StopAsync(Cancellation);
        }

        var stored = (int)await database.ScalarAsync("select count(*) from usage_events where partition = 3");
        await database.ScalarAsync($"update ingest_offsets set {asIf} where partition = 3 returning 1");
        // What was counted lies behind the window.
        await new SegmentMaintenance(database.Source, SegmentPolicy.Default).CloseAsync(Cancellation);
        await database.ExecuteAsync($"update event_segments set closed_at = now() - interval '{LongAgo.Days} days' where closed_at is not null");
        using var consumer = await StartAsync(database, ("Ingest:AcceptLostRecords", $"{accept}"));
        Send(database.TenantId, Events, Events);

        var expectedEvents = accept ? 2 * Events : (2 * Events) - EventsIn(database, partition: 3) + stored;
        await UntilStoredAsync(database, expectedEvents);
        // The others may be counted before this partition's first record is looked at.
        var health = await Eventually.GetAsync(
            token => consumer.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(token), health => health.Entries["progress"].Status == expected, $"{expected}");
        Assert.Equal(accept ? 2 : 1, await database.ScalarAsync("select count(*) from ingest_streams"));
        Assert.Equal(1, await database.ScalarAsync("select count(*) from ingest_offsets where is_cut and partition = 3"));
        // Of the others nothing is read again.
        Assert.Equal(accept ? stored : 0, await database.ScalarAsync("select sum(duplicates) from ledger"));
        if (!accept)
            Assert.Contains("Partition 3 ", health.Entries["progress"].Description, StringComparison.Ordinal);
        await consumer.StopAsync(Cancellation);
    }

    private static async Task AssertReadyAsync(IHost consumer)
    {
        var health = await consumer.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);
        Assert.Equal(HealthStatus.Healthy, health.Entries["progress"].Status);
    }

    /// <summary>How many of the tenant's events the broker has in the partition.</summary>
    private int EventsIn(IngestDatabase database, int partition)
    {
        using var reader = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = servers.Kafka, GroupId = "unused", EnablePartitionEof = true }).Build();
        reader.Assign(new TopicPartitionOffset(UsageEventTopic.Name, partition, Offset.Beginning));
        var tenant = EventRecord.Tenant(database.TenantId);
        var count = 0;
        while (reader.Consume(Deadline) is { IsPartitionEOF: false } record)
            count += record.Message.Headers.TryGetLastBytes(EventRecord.TenantHeader, out var header) && header.SequenceEqual(tenant) ? 1 : 0;
        return count;
    }

    private async Task<IHost> StartAsync(IngestDatabase database, params (string Key, string Value)[] settings)
    {
        var host = Build(database, settings);
        await host.StartAsync(Cancellation);
        return host;
    }

    private IHost Build(IngestDatabase database, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Environment.EnvironmentName = Environments.Production;
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:metering"] = database.ConnectionString,
            ["ConnectionStrings:kafka"] = servers.Kafka,
            // A group a database: the tests share the topic, not its consumers.
            ["Ingest:GroupId"] = $"ingest-{database.TenantId}",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddServiceDefaults();
        builder.AddIngest();
        return builder.Build();
    }

    private void Send(Ulid tenantId, int first, int count, TimeSpan age = default, bool isTransaction = false)
    {
        var ingestedAt = new Timestamp(TimeProvider.System.GetUtcNow() - age);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = servers.Kafka, Acks = Acks.All, TransactionalId = isTransaction ? $"{tenantId}" : null,
        }).Build();
        if (isTransaction)
        {
            producer.InitTransactions(Deadline);
            producer.BeginTransaction();
        }

        for (var i = first; i < first + count; i++)
        {
            producer.Produce(UsageEventTopic.Name, new Message<byte[], byte[]>
            {
                Key = EventRecord.Key(tenantId, $"subject-{i}"),
                Value = Encoding.UTF8.GetBytes($$"""{"specversion":"1.0","id":"{{i}}","source":"test","type":"t","subject":"subject-{{i}}"}"""),
                Headers = new Headers { { EventRecord.TenantHeader, EventRecord.Tenant(tenantId) } },
                Timestamp = ingestedAt,
            });
        }

        producer.Flush(Cancellation);
        if (isTransaction)
            producer.CommitTransaction();
    }

    /// <summary>Exactly so many: the books would show one more.</summary>
    private static async Task UntilStoredAsync(IngestDatabase database, int expected)
    {
        var stored = await Eventually.GetAsync(
            _ => database.ScalarAsync("select count(*) from usage_events"), stored => stored >= expected, $"{expected} events stored", Deadline);
        Assert.Equal(expected, stored);
    }
}
