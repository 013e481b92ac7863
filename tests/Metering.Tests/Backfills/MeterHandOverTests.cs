using System.Diagnostics;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.Metering.Tests.Backfills;

public sealed class MeterHandOverTests(TestServers servers)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_WhileASinkTransactionRuns_WaitsForItAndStartsBehindIt()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.StoreAsync(new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)), 0, "a");
        await using var sink = await database.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await sink.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(sink, "update ingest_offsets set next_offset = 5");

        var created = database.AddMeterAsync("late");
        await UntilWaitingAsync(database, created);
        await transaction.CommitAsync(Cancellation);
        await created;

        Assert.Equal(5, await database.ScalarAsync("select from_offset from meter_starts"));
    }

    [Fact]
    public async Task Create_WhileAPartitionIsTakenOverForTheFirstTime_KnowsIt()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await using var sink = await database.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await sink.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(sink, $"insert into ingest_offsets (stream_id, partition, next_offset, epoch) values ({database.StreamId}, 7, 3, 1)");

        var created = database.AddMeterAsync("late");
        await UntilWaitingAsync(database, created);
        await transaction.CommitAsync(Cancellation);
        await created;

        Assert.Equal(3, await database.ScalarAsync("select from_offset from meter_starts where partition = 7"));
    }

    [Fact]
    public async Task Create_PartitionSeenLater_IsCountedFromItsStart()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("early");
        await database.StoreAsync(new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)), 4, "a", "b");
        Assert.Equal("2", await database.TotalAsync(meter));
        Assert.Equal(0, await database.ScalarAsync("select count(*) from meter_starts"));
    }

    [Fact]
    public async Task Create_OffsetsHeldTooLong_GivesUpAndLeavesNothing()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.TakeOverAsync(0);
        await using var sink = await database.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await sink.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(sink, "update ingest_offsets set next_offset = 5");

        await Assert.ThrowsAsync<HandOverTimeoutException>(() => database.AddMeterAsync("late"));

        Assert.Equal(0, await database.ScalarAsync("select (select count(*) from meters) + (select count(*) from meter_starts)"));
    }

    [Fact]
    public async Task Create_ManyAtOnceUnderLoad_EachStartsWhereItsCountingDoes()
    {
        const int Meters = 8, Batches = 40;
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var counting = Task.WhenAll(Enumerable.Range(0, 2).Select(async partition =>
        {
            var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
            for (var batch = 0; batch < Batches; batch++)
                await database.StoreAsync(store, partition, $"{partition}-{batch}-a", $"{partition}-{batch}-b");
        }));
        var meters = await Task.WhenAll(Enumerable.Range(0, Meters).Select(number => database.AddMeterAsync($"late_{number}", Aggregation.Count)));
        await counting;

        foreach (var meter in meters)
        {
            var before = await database.ScalarAsync($"select sum(from_offset) from meter_starts where meter_id = '{meter.Id.ToUuid()}'");
            Assert.Equal($"{2 * 2 * Batches - before}", await database.TotalAsync(meter));
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task UntilWaitingAsync(MeteringDatabase database, Task creation)
    {
        var started = Stopwatch.GetTimestamp();
        while (await database.ScalarAsync("select count(*) from pg_locks where not granted and relation = 'ingest_offsets'::regclass") == 0)
        {
            Assert.False(creation.IsCompleted, "the creation did not wait for the sink's transaction");
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"the creation asks for no lock after {Deadline}");
            await Task.Delay(5, Cancellation);
        }
    }
}
