using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.Metering.Tests.Segments;

/// <summary>Segments come, close and go while events are stored, and an id of the window counts once whichever segment holds it.</summary>
public sealed class SegmentTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    public async Task Store_IdsOfClosedSegments_AreDuplicatesWithAndWithoutFilters(long filterBytes)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var policy = SegmentPolicy.Default with { MaxFilterBytes = filterBytes };
        var store = new UsageEventStore(database.Source, new StoredKeys(policy));
        await database.StoreAsync(store, 0, "a", "b");
        await CloseAsync(database, policy);
        await database.StoreAsync(store, 0, "c");
        await CloseAsync(database, policy);

        var result = await database.StoreAsync(store, 1, "a", "b", "c", "d");

        Assert.Equal(new LedgerCounts(4, 1, 3, 0, 0), result.Counts);
        Assert.Equal("4", await database.TotalAsync(meter));
        Assert.Equal(2, await database.ScalarAsync("select count(filter) from event_segments"));
        Assert.Equal(3, await database.ScalarAsync("select count(distinct segment) from usage_events"));
    }

    [Fact]
    public async Task Store_BetweenClosingAndItsFilter_FindsTheIds()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        await database.StoreAsync(store, 0, "a");
        await CloseAsync(database, SegmentPolicy.Default);
        await database.ScalarAsync("update event_segments set filter = null returning id");

        Assert.Equal(new LedgerCounts(2, 0, 1, 1, 0), (await database.StoreAsync(store, 0, "a", "b")).Counts);
    }

    [Fact]
    public async Task Store_IdOlderThanTheWindow_IsNew()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var policy = SegmentPolicy.Default with { DedupeWindow = TimeSpan.FromHours(1) };
        await database.StoreAsync(new UsageEventStore(database.Source, new StoredKeys(policy)), 0, "a");
        await CloseAsync(database, policy);
        await database.ScalarAsync("update event_segments set closed_at = now() - interval '61 minutes', opened_at = now() - interval '2 hours' where id = 1 returning id");

        var result = await database.StoreAsync(new UsageEventStore(database.Source, new StoredKeys(policy)), 0, "a");

        Assert.Equal(0, result.Counts.Duplicates);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    public async Task Store_RecordReadAgainOfAnIdOlderThanTheWindow_IsADuplicateUnlessItCameAWindowLater(long filterBytes)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var policy = SegmentPolicy.Default with { DedupeWindow = TimeSpan.FromHours(1), MaxFilterBytes = filterBytes };
        var store = new UsageEventStore(database.Source, new StoredKeys(policy));
        await database.StoreAsync(store, 0, "a", "b");
        await CloseAsync(database, policy);
        await database.ExecuteAsync("update event_segments set closed_at = now() - interval '3 hours' where closed_at is not null");

        var now = TimeProvider.System.GetUtcNow();
        var claim = await IngestOffsets.TakeOverAsync(database.Source, database.StreamId, 1, 0, 3, Cancellation);
        var result = await store.StoreAsync(
            [MeteringDatabase.Batch(
                claim,
                database.Record(0, "a") with { IngestedAt = now - TimeSpan.FromHours(4) },
                database.Record(1, "b") with { IngestedAt = now - TimeSpan.FromHours(1.5) },
                database.Record(2, "c") with { IngestedAt = now - TimeSpan.FromHours(4) })],
            Cancellation);

        Assert.Equal(new LedgerCounts(3, 2, 1, 0, 0), result.Counts);
        Assert.Equal("4", await database.TotalAsync(meter));
    }

    [Fact]
    public async Task Store_WhileSegmentsClose_CountsEachIdOnce()
    {
        const int rounds = 40;
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var ids = Enumerable.Range(0, 20).Select(i => $"id{i}").ToArray();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var closing = Task.Run(async () =>
        {
            var maintenance = new SegmentMaintenance(database.Source, SegmentPolicy.Default with { MaxKeyIndexBytes = 1 });
            while (!done.IsCancellationRequested)
                await maintenance.RunAsync(Cancellation);
        }, Cancellation);

        // Two consumers get the same ids at the same time, in partitions of their own.
        await Task.WhenAll(Enumerable.Range(0, 2).Select(partition => Task.Run(async () =>
        {
            var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
            for (var round = 0; round < rounds; round++)
                await database.StoreAsync(store, partition, [.. ids.Select(id => $"{id}-{round}")]);
        }, Cancellation)));
        await done.CancelAsync();
        await closing;

        Assert.Equal($"{rounds * ids.Length}", await database.TotalAsync(meter));
        Assert.Equal(rounds * ids.Length, await database.ScalarAsync("select count(*) from usage_events"));
        Assert.InRange(await database.ScalarAsync("select count(*) from event_segments where closed_at is not null"), 2, long.MaxValue);
    }

    [Fact]
    public async Task Run_SegmentOlderThanItsRetention_IsDroppedAndItsCountsStay()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var store = new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default));
        await database.StoreAsync(store, 0, "a");
        await CloseAsync(database, SegmentPolicy.Default);
        await database.StoreAsync(store, 0, "b");
        await new SegmentMaintenance(database.Source, SegmentPolicy.Default with { Retention = TimeSpan.Zero }).RunAsync(Cancellation);

        Assert.Equal(1, await database.ScalarAsync("select count(*) from usage_events"));
        Assert.Equal(0, await database.ScalarAsync("select count(*) from pg_class where relname = 'usage_events_1'"));
        Assert.Equal("2", await database.TotalAsync(meter));
        Assert.Equal(new LedgerCounts(2, 1, 1, 0, 0), (await database.StoreAsync(store, 0, "b", "c")).Counts);
    }

    [Fact]
    public async Task Run_SegmentOlderThanItsRetention_StaysWhileALogIsCutOrReadAgain()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var policy = SegmentPolicy.Default with { Retention = TimeSpan.Zero };
        var claim = await database.TakeOverAsync(0);
        await IngestOffsets.MarkCutAsync(database.Source, claim, Cancellation);
        await CloseAsync(database, policy);
        Assert.Equal(1, await database.ScalarAsync("select count(closed_at) from event_segments"));

        var stream = await IngestOffsets.ReplaceStreamAsync(database.Source, claim, MeteringDatabase.Stream, 0, 2, Cancellation);
        await new SegmentMaintenance(database.Source, policy).RunAsync(Cancellation);
        Assert.Equal(1, await database.ScalarAsync("select count(closed_at) from event_segments"));

        await database.ExecuteAsync($"update ingest_offsets set next_offset = 2 where stream_id = {stream}");
        await new SegmentMaintenance(database.Source, policy).RunAsync(Cancellation);
        Assert.Equal(0, await database.ScalarAsync("select count(closed_at) from event_segments"));
    }

    [Fact]
    public async Task Since_NothingOrSomethingWasDropped_IsNullOrWhenTheOldestThatIsKeptBegan()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await CloseAsync(database, SegmentPolicy.Default);
        Assert.Null(await KeptEvents.SinceAsync(database.Source, Cancellation));

        await new SegmentMaintenance(database.Source, SegmentPolicy.Default with { Retention = TimeSpan.Zero }).RunAsync(Cancellation);
        await database.ExecuteAsync($"update event_segments set opened_at = '{MeteringDatabase.Noon:O}' where id = 2");
        Assert.Equal(MeteringDatabase.Noon, await KeptEvents.SinceAsync(database.Source, Cancellation));
    }

    [Fact]
    public async Task Run_DroppingThatWasKilledHalfWay_IsFinished()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await CloseAsync(database, SegmentPolicy.Default);
        await using (var detach = database.Source.CreateCommand("alter table usage_events detach partition usage_events_1 concurrently"))
            await detach.ExecuteNonQueryAsync(Cancellation);
        await new SegmentMaintenance(database.Source, SegmentPolicy.Default with { Retention = TimeSpan.Zero }).RunAsync(Cancellation);
        Assert.Equal(0, await database.ScalarAsync("select count(*) from event_segments where id = 1"));
    }

    [Fact]
    public async Task Run_SegmentOfItsFullAge_IsClosedUnlessItIsEmpty()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var maintenance = new SegmentMaintenance(database.Source, SegmentPolicy.Default with { MaxAge = TimeSpan.Zero });
        await maintenance.RunAsync(Cancellation);
        Assert.Equal(0, await database.ScalarAsync("select count(closed_at) from event_segments"));

        await database.StoreAsync(new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)), 0, "a");
        await maintenance.RunAsync(Cancellation);
        Assert.Equal(1, await database.ScalarAsync("select count(closed_at) from event_segments"));
    }

    [Fact]
    public async Task Close_WhileAProcessIsStoppedInItsTransaction_GivesUpAndLetsOthersCount()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await using var stopped = await database.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await stopped.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(stopped, CountingLock.SharedSql);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => CloseAsync(database, SegmentPolicy.Default).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, refusal.SqlState);
        await database.StoreAsync(new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)), 0, "a").WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task End_TransactionWhoseClientDoesNothing_FreesItsPartition()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.TakeOverAsync(0);
        await using var stopped = await database.Source.OpenConnectionAsync(Cancellation);
        await using var transaction = await stopped.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(stopped, CountingLock.SharedSql);
        await ExecuteAsync(stopped, "update ingest_offsets set next_offset = 1");
        var waiting = database.TakeOverAsync(0);

        Assert.Equal(0, await StalledTransactions.EndAsync(database.Source, TimeSpan.FromMinutes(1), Cancellation));
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, await StalledTransactions.EndAsync(database.Source, TimeSpan.Zero, Cancellation));
        Assert.Equal(0, (await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancellation)).NextOffset);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(stopped, "select 1"));
    }

    private static Task CloseAsync(MeteringDatabase database, SegmentPolicy policy) => new SegmentMaintenance(database.Source, policy).CloseAsync(Cancellation);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
