using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace CloudNative.Metering.Tests.Events;

/// <summary>Whatever producers, consumers, crashes, zombies and segments do in whatever order, each id counts once and each record stands once in the books.</summary>
public sealed class UsageEventStoreProperties(TestServers servers)
{
    private const int Partitions = 3, Consumers = 2, MaxBatch = 4, Ids = 12, Histories = 25, Steps = 40;

    private enum Action
    {
        /// <summary>A record is appended to a partition; its id may have been sent before, to whichever partition.</summary>
        Produce,

        /// <summary>A consumer takes a partition over, whoever has it.</summary>
        TakeOver,

        /// <summary>A consumer stores what is next by its own knowledge, be it the owner or a zombie.</summary>
        Consume,

        /// <summary>As before, but the consumer does not learn of the commit.</summary>
        ConsumeUnaware,

        /// <summary>The segment that is written to is closed, and another opened.</summary>
        CloseSegment,
    }

    private sealed record Step(Action Action, int Consumer, int Partition, int Id);

    [Fact]
    public async Task Store_AnyHistory_CountsEachIdOnceAndBooksEachRecordOnce()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        var histories = Gen.ArrayOf(StepGenerator(), Steps);
        var run = 0;
        var (counted, received) = (0L, 0L);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Histories), Prop.ForAll(histories.ToArbitrary(), steps =>
        {
            // FsCheck's properties are synchronous.
            var history = new History(database, $"run{run++}");
            history.PlayAsync(steps).GetAwaiter().GetResult();
            (counted, received) = (counted + history.DistinctIds, received + history.Records);
            Assert.Equal(counted == 0 ? "none" : $"{counted}", database.TotalAsync(meter).GetAwaiter().GetResult());
            Assert.Equal(received, database.ScalarAsync("select coalesce(sum(received), 0) from ledger").GetAwaiter().GetResult());
            Assert.Equal(counted, database.ScalarAsync("select coalesce(sum(counted), 0) from ledger").GetAwaiter().GetResult());
        }));
    }

    private static Gen<Step> StepGenerator() =>
        from action in Gen.Frequency(
            (4, Gen.Constant(Action.Produce)), (1, Gen.Constant(Action.TakeOver)), (3, Gen.Constant(Action.Consume)), (1, Gen.Constant(Action.ConsumeUnaware)),
            (1, Gen.Constant(Action.CloseSegment)))
        from consumer in Gen.Choose(0, Consumers - 1)
        from partition in Gen.Choose(0, Partitions - 1)
        from id in Gen.Choose(0, Ids - 1)
        select new Step(action, consumer, partition, id);

    /// <summary>One log per partition (numbered apart from other runs'), and what each consumer believes of them.</summary>
    private sealed class History(MeteringDatabase database, string run)
    {
        private static int _firstPartition;

        private readonly int _first = Interlocked.Add(ref _firstPartition, Partitions);
        private readonly List<string>[] _logs = [.. Enumerable.Range(0, Partitions).Select(_ => new List<string>())];
        private readonly UsageEventStore[] _stores = [.. Enumerable.Range(0, Consumers).Select(_ => new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)))];
        private readonly Dictionary<(int Consumer, int Partition), PartitionClaim> _claims = [];

        public int DistinctIds => _logs.SelectMany(log => log).Distinct().Count();

        public int Records => _logs.Sum(log => log.Count);

        public async Task PlayAsync(IEnumerable<Step> steps)
        {
            foreach (var step in steps)
                await PlayAsync(step);

            // In the end somebody takes everything over and finishes.
            for (var partition = 0; partition < Partitions; partition++)
            {
                await TakeOverAsync(0, partition);
                while (_claims[(0, partition)].NextOffset < _logs[partition].Count)
                    await ConsumeAsync(0, partition, learns: true);
            }
        }

        private Task PlayAsync(Step step)
        {
            if (step.Action == Action.Produce)
                _logs[step.Partition].Add($"{run}-{step.Id}");
            return step.Action switch
            {
                Action.TakeOver => TakeOverAsync(step.Consumer, step.Partition),
                Action.Consume => ConsumeAsync(step.Consumer, step.Partition, learns: true),
                Action.ConsumeUnaware => ConsumeAsync(step.Consumer, step.Partition, learns: false),
                Action.CloseSegment => new SegmentMaintenance(database.Source, SegmentPolicy.Default).CloseAsync(CancellationToken.None),
                _ => Task.CompletedTask,
            };
        }

        private async Task TakeOverAsync(int consumer, int partition) =>
            _claims[(consumer, partition)] = await database.TakeOverAsync(_first + partition);

        private async Task ConsumeAsync(int consumer, int partition, bool learns)
        {
            if (!_claims.TryGetValue((consumer, partition), out var claim))
                return;

            var records = _logs[partition].Skip((int)claim.NextOffset).Take(MaxBatch).Select((id, i) => database.Record(claim.NextOffset + i, id)).ToArray();
            if (records.Length == 0)
                return;

            var batch = MeteringDatabase.Batch(claim, records);
            var result = await _stores[consumer].StoreAsync([batch], CancellationToken.None);
            if (result.Lost.Count > 0)
                _claims.Remove((consumer, partition));
            else if (learns)
                _claims[(consumer, partition)] = claim with { NextOffset = batch.End };
        }
    }
}
