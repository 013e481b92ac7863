using CloudNative.Metering.Backfills;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace CloudNative.Metering.Tests.Backfills;

/// <summary>
/// Meters that are created, or get other dimensions, at any moment of any history count every distinct event once, with crashes, zombies and doubled pages in between, and at each
/// moment the rollups and the raw edges of a query tell of the same events.
/// </summary>
public sealed class BackfillProperties(TestServers servers)
{
    private const int Partitions = 2, Consumers = 2, MaxBatch = 4, Ids = 25, Histories = 20, Steps = 60, MaxMeters = 4, PageSize = 3;

    private enum Action
    {
        /// <summary>A record is appended to a partition; its id may have been sent before, to whichever partition.</summary>
        Produce,

        /// <summary>A consumer takes a partition over, whoever has it.</summary>
        TakeOver,

        /// <summary>A consumer stores what is next by its own knowledge, be it the owner or a zombie.</summary>
        Consume,

        /// <summary>A meter is created, and another batch is stored at the same time.</summary>
        CreateMeter,

        /// <summary>A meter gets other dimensions, and another batch is stored at the same time.</summary>
        Regroup,

        /// <summary>A page is counted.</summary>
        Page,

        /// <summary>A page is read, and written only at a later step, or never: its process was frozen, or killed.</summary>
        ReadPage,

        /// <summary>The oldest page that was read is written.</summary>
        WritePage,

        /// <summary>The open segment is closed.</summary>
        CloseSegment,

        /// <summary>Whatever the meters tell is compared with what their rollups must hold by now.</summary>
        Query,
    }

    private sealed record Step(Action Action, int Consumer, int Partition, int Id);

    [Fact]
    public void Backfill_AnyHistory_CountsEachIdOnceForEachMeter()
    {
        var histories = Gen.ArrayOf(StepGenerator(), Steps);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Histories), Prop.ForAll(histories.ToArbitrary(), steps =>
        {
            // FsCheck's properties are synchronous.
            PlayAsync(steps).GetAwaiter().GetResult();
        }));
    }

    private async Task PlayAsync(IEnumerable<Step> steps)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await new History(database).PlayAsync(steps);
    }

    private static Gen<Step> StepGenerator() =>
        from action in Gen.Frequency(
            (8, Gen.Constant(Action.Produce)), (1, Gen.Constant(Action.TakeOver)), (6, Gen.Constant(Action.Consume)), (2, Gen.Constant(Action.CreateMeter)), (1, Gen.Constant(Action.Regroup)),
            (4, Gen.Constant(Action.Page)), (2, Gen.Constant(Action.ReadPage)), (2, Gen.Constant(Action.WritePage)), (1, Gen.Constant(Action.CloseSegment)),
            (1, Gen.Constant(Action.Query)))
        from consumer in Gen.Choose(0, Consumers - 1)
        from partition in Gen.Choose(0, Partitions - 1)
        from id in Gen.Choose(0, Ids - 1)
        select new Step(action, consumer, partition, id);

    private sealed class History(MeteringDatabase database)
    {
        private readonly List<int>[] _logs = [.. Enumerable.Range(0, Partitions).Select(_ => new List<int>())];
        private readonly UsageEventStore[] _stores =
            [.. Enumerable.Range(0, Consumers).Select(_ => new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)))];
        private readonly Dictionary<(int Consumer, int Partition), PartitionClaim> _claims = [];
        private readonly MeterBackfill _backfill = new(database.Source);
        private readonly Queue<BackfillPage> _read = [];
        private readonly List<Meter> _meters = [];

        public async Task PlayAsync(IEnumerable<Step> steps)
        {
            foreach (var step in steps)
                await PlayAsync(step);

            // In the end somebody takes everything over and finishes, and the frozen come back too late.
            for (var partition = 0; partition < Partitions; partition++)
            {
                await TakeOverAsync(0, partition);
                while (await ConsumeAsync(0, partition))
                {
                }
            }

            await FreeClaimsAsync();
            while (await _backfill.RunPageAsync(PageSize, CancellationToken.None) is not null)
            {
            }

            while (_read.Count > 0)
                await WriteOldestAsync();
            await QueryAsync();
            Assert.All(_meters, meter => Assert.Equal(ValueOf(_logs.SelectMany(log => log).Distinct()), Total(meter)));
        }

        private Task PlayAsync(Step step)
        {
            if (step.Action == Action.Produce)
                _logs[step.Partition].Add(step.Id);
            return step.Action switch
            {
                Action.TakeOver => TakeOverAsync(step.Consumer, step.Partition),
                Action.Consume => ConsumeAsync(step.Consumer, step.Partition),
                Action.CreateMeter when _meters.Count < MaxMeters => CreateMeterAsync(step),
                Action.Regroup when _meters.Count > 0 => RegroupAsync(step),
                Action.Page => _backfill.RunPageAsync(PageSize, CancellationToken.None),
                Action.ReadPage => ReadPageAsync(),
                Action.WritePage when _read.Count > 0 => WriteOldestAsync(),
                Action.CloseSegment => new SegmentMaintenance(database.Source, SegmentPolicy.Default).CloseAsync(CancellationToken.None),
                Action.Query => QueryAsync(),
                _ => Task.CompletedTask,
            };
        }

        private async Task TakeOverAsync(int consumer, int partition) => _claims[(consumer, partition)] = await database.TakeOverAsync(partition);

        private async Task<bool> ConsumeAsync(int consumer, int partition)
        {
            if (!_claims.TryGetValue((consumer, partition), out var claim))
                return false;

            // Of one minute, some at the same time: pages end in the middle of a minute, and of a time.
            var records = _logs[partition].Skip((int)claim.NextOffset).Take(MaxBatch)
                .Select((id, i) => database.Record(claim.NextOffset + i, $"{id}", $$"""{"n":{{Value(id)}}}""", time: TimeOf(id))).ToArray();
            if (records.Length == 0)
                return false;

            var batch = MeteringDatabase.Batch(claim, records);
            var result = await _stores[consumer].StoreAsync([batch], CancellationToken.None);
            if (result.Lost.Count > 0)
                _claims.Remove((consumer, partition));
            else
                _claims[(consumer, partition)] = claim with { NextOffset = batch.End };
            return true;
        }

        private async Task CreateMeterAsync(Step step)
        {
            var consuming = Task.Run(() => ConsumeAsync(step.Consumer, step.Partition));
            _meters.Add(await database.AddMeterAsync($"meter_{_meters.Count}"));
            await consuming;
        }

        private async Task RegroupAsync(Step step)
        {
            var consuming = Task.Run(() => ConsumeAsync(step.Consumer, step.Partition));
            var number = step.Id % _meters.Count;
            var meter = await database.ReadAsync(_meters[number]);
            _meters[number] = await database.RegroupAsync(meter, meter.GroupBy.ContainsKey("n") ? [] : ["n"]);
            await consuming;
        }

        private async Task ReadPageAsync()
        {
            await using var connection = await database.Source.OpenConnectionAsync();
            if (await BackfillClaim.TakeAsync(connection, null, CancellationToken.None) is not { } claim)
                return;

            var catalog = await MeterCatalog.LoadAsync(connection, null, CancellationToken.None);
            _read.Enqueue(await BackfillPage.ReadAsync(connection, catalog.Find(claim.MeterId)!, claim, PageSize, CancellationToken.None));
            await FreeClaimsAsync();
        }

        private async Task WriteOldestAsync()
        {
            await using var connection = await database.Source.OpenConnectionAsync();
            await _read.Dequeue().WriteAsync(connection, CancellationToken.None);
        }

        private Task FreeClaimsAsync() => database.ExecuteAsync("update meter_backfills set claimed_until = '-infinity'");

        /// <summary>
        /// The whole is what the rollups hold; cut at any moment, its two parts add up to it, and come partly from raw events. What was complete before a change
        /// of the dimensions stays complete.
        /// </summary>
        private async Task QueryAsync()
        {
            foreach (var known in _meters)
            {
                var meter = await database.ReadAsync(known);
                var whole = await database.AskAsync(meter);
                var cut = MeteringDatabase.Noon.AddSeconds(29.5);
                var parts = await database.SumAsync(meter, new() { To = cut }) + await database.SumAsync(meter, new() { From = cut });
                Assert.Equal(Sum(whole), parts);
                Assert.False(whole.IsIncomplete && meter.Replaced is not null, "a complete generation is there, and the answer is incomplete");
                if (meter.GroupBy.ContainsKey("n"))
                    Assert.Equal(parts, whole.IsIncomplete || meter.Replaced is not null ? parts : await database.SumAsync(meter, new() { Dimensions = ["n"] }));
                Assert.True(whole.IsIncomplete || parts == ValueOf(await StoredAsync()), $"{parts} is said to be all of {ValueOf(await StoredAsync())}");
            }
        }

        private async Task<List<int>> StoredAsync()
        {
            var ids = new List<int>();
            await using var command = database.Source.CreateCommand("select id::integer from usage_events");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                ids.Add(reader.GetInt32(0));
            return ids;
        }

        private decimal Total(Meter meter) => database.SumAsync(database.ReadAsync(meter).GetAwaiter().GetResult(), new()).GetAwaiter().GetResult();

        private static decimal Sum(Usage usage) => usage.Rows.Sum(row => decimal.Parse(row.Value.Digits, System.Globalization.CultureInfo.InvariantCulture));

        private static DateTimeOffset TimeOf(int id) => MeteringDatabase.Noon.AddSeconds(id / 2 * 5);

        // Powers of two: the sum tells which were counted.
        private static decimal Value(int id) => 1L << id;

        private static decimal ValueOf(IEnumerable<int> ids) => ids.Sum(Value);
    }
}
